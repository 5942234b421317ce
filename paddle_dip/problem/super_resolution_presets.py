"""The presets of super-resolution: the paper's recipe, and ours, each for large and for small factors."""

from dataclasses import replace
from typing import Any

from paddle_dip.errors import InputError
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.presets import SHARED_SOURCES, Preset

_NOTEBOOK = "the paper authors' super-resolution notebook"
_WRITE_UP = "the Paddle write-up this project reproduces"
_STUDY = "our study on Set5 (docs/quality.md)"
_LEADS = "our sketches at x8 (docs/protocol.md)"
# The least factors for which the settings studied at x8, and at x4, are taken; below, those of x2.
_LARGE, _MEDIUM = 6, 4
_PAPER_SOURCES = {
    "network": f"{_NOTEBOOK}: skip network, 2,217,831 trainable parameters for RGB",
    "initialisation": "PyTorch's default, with which the authors' figures were made",
    "input": f"{_NOTEBOOK} (get_noise: uniform, times 1/10)",
    "input_scale": f"{_NOTEBOOK} (get_noise: uniform, times 1/10)",
    "noise": f"{_NOTEBOOK}: new noise on the first z at each step",
    "loss": f"{_NOTEBOOK}: mean squared error",
    "tv_weight": f"{_NOTEBOOK}: none",
    "tv_beta": "the reference's tv_loss",
    "learn_input": f"{_NOTEBOOK}: the weights only",
    "optimiser": _NOTEBOOK,
    "warm_up": "the reference's optimize",
    "warm_up_rate": "the reference's optimize",
    "history": "PyTorch's default, which the reference takes",
    **SHARED_SOURCES,
    "members": f"{_NOTEBOOK}: a single run",
    "keep_known": f"{_NOTEBOOK}: there are no holes",
    "learning_rate": _NOTEBOOK,
    "cooldown": f"{_NOTEBOOK}: a constant learning rate",
    "work_scale": f"{_NOTEBOOK}: the network paints at full size",
    "operator": f"{_NOTEBOOK}: lanczos2, phase 0.5",
    "clip": f"{_NOTEBOOK}: linear operator",
    "average": f"{_NOTEBOOK}: no averaging",
    "average_decay": f"{_NOTEBOOK}: no averaging",
    "stop": f"{_NOTEBOOK}: all steps",
    "patience": "Wang et al., 2021",
    "final_input": f"{_WRITE_UP} (the authors end on the perturbed z)",
    "back_projection": f"{_NOTEBOOK}: none",
    "detail_gain": f"{_NOTEBOOK}: none",
    "non_local_means": f"{_NOTEBOOK}: none",
    "non_local_means_passes": f"{_NOTEBOOK}: none",
    "non_local_means_reach": f"{_NOTEBOOK}: none",
    "precision": f"{_NOTEBOOK}: PyTorch's default",
}
_PAPER_X8 = Preset(
    name="paper",
    task="super-resolve",
    steps=5000,
    reg_noise_std=0.05,
    sources=_PAPER_SOURCES | {"steps": f"{_WRITE_UP}; {_NOTEBOOK} says 4000", "reg_noise_std": f"{_NOTEBOOK}, x8"},
)
_PAPER_X4 = replace(
    _PAPER_X8,
    steps=2000,
    reg_noise_std=0.03,
    sources=_PAPER_SOURCES | {"steps": f"{_NOTEBOOK}, x4", "reg_noise_std": f"{_NOTEBOOK}, x4"},
)

_FAST_SOURCES = {
    "optimiser": f"{_STUDY}: 360 to 500 steps do what Adam does in 1860",
    "soap_renewal": f"{_STUDY}: renewed half as often as in the paper, nothing is lost",
    "steps": f"{_STUDY}: before 300 smooth images are below bicubic with back-projection; below x6 a longer fit still gains",
    "reg_noise_std": f"{_STUDY}: 0.05 is better for one fit, 0.03 for an average of several",
    "members": f"{_STUDY}: at x8 two of width 32 do better than one of width 64, in no more time",
    "network": f"{_STUDY}: width 32 and 8 channels of z are near width 64 and 32 channels, in half the time",
    "work_scale": f"{_STUDY}: at x8 half the resolution loses 0.1 dB in a quarter of the time, at x4 1 dB",
    "operator": f"{_LEADS}: the reference's lanczos2 fits the true observation at 41 dB only, the exact operator at 58.6 dB",
    "clip": f"{_LEADS}: saturated pixels become one-sided constraints",
    "average": f"{_LEADS}: +0.5 dB on the paper's recipe",
    "average_decay": "the reference's denoising notebook",
    "back_projection": f"{_LEADS}: three passes are enough",
    "detail_gain": f"{_STUDY}: at x8 the more members, the more can be amplified; at x4 what Set5 and photos gain by most",
    "non_local_means": f"{_STUDY}: with the detail gain 0.1 to 0.4 dB at x8, more below",
    "non_local_means_passes": f"{_STUDY}: several are worth it for single fits, and where the first looks far",
    "non_local_means_reach": f"{_STUDY}: 21 pixels are worth it in an average of ten, and at x4",
}
_QUICK_SOURCES = dict.fromkeys(("members", "steps", "work_scale", "network", "reg_noise_std"), f"ours: a preview; {_STUDY}")
_BEST_SOURCES = {
    "steps": f"{_STUDY}: longer fits of less noise are better in an average of many",
    "reg_noise_std": f"{_STUDY}: longer fits of less noise are better in an average of many",
    "members": f"{_STUDY}: what more would gain is below 0.1 dB",
}


def _fast(paper: Preset, factor: int) -> Preset:
    fast = replace(
        paper,
        name="fast",
        optimiser="soap",
        soap_renewal=20,
        steps=500,
        reg_noise_std=0.03,
        network=NETWORKS["skip-32"],
        operator="pillow",
        clip=True,
        average="ema",
        back_projection=3,
        **_refining(factor, x8=(1.4, 0.05, 1, 9), x4=(1.3, 0.06, 5, 21), x2=(1.3, 0.02, 1, 9)),
        sources=dict(paper.sources) | _FAST_SOURCES,
    )
    return replace(fast, steps=420, members=2, work_scale=2) if factor >= _LARGE else fast


def _quick(paper: Preset, factor: int) -> Preset:
    refining = _refining(factor, x8=(1.1, 0.06, 2, 9), x4=(1.6, 0.08, 3, 9), x2=(1.3, 0.02, 1, 9))
    fast = replace(_fast(paper, factor), name="quick", members=1, **refining)
    if factor >= _LARGE:
        quick = replace(fast, steps=400, reg_noise_std=0.05, network=NETWORKS["skip-16"])
    elif factor >= _MEDIUM:
        quick = replace(fast, steps=360, work_scale=2)
    else:
        quick = replace(fast, steps=300)
    return replace(quick, sources=dict(fast.sources) | _QUICK_SOURCES)


def _best(paper: Preset, factor: int) -> Preset:
    refining = _refining(factor, x8=(1.5, 0.05, 3, 21), x4=(1.5, 0.05, 1, 9), x2=(1.3, 0.02, 1, 9))
    best = replace(_fast(paper, factor), name="best", reg_noise_std=0.02, **refining)
    best = replace(best, steps=700, members=10) if factor >= _LARGE else replace(best, steps=600, members=4)
    return replace(best, sources=dict(best.sources) | _BEST_SOURCES)


def _refining(factor: int, **settings: tuple[float, float, int, int]) -> dict[str, Any]:
    """Return the detail gain, and non-local means' strength, passes and reach, of one of the settings, named x8, x4 and x2."""
    gain, strength, passes, reach = settings["x8" if factor >= _LARGE else "x4" if factor >= _MEDIUM else "x2"]
    means = {"non_local_means": strength, "non_local_means_passes": passes, "non_local_means_reach": reach}
    return {"detail_gain": gain} | means


PRESETS = ("best", "fast", "quick", "paper")


def super_resolution_preset(name: str, factor: int) -> Preset:
    """Return the preset `name` for magnification by `factor`: x8's settings from 6 on, x4's from 4 on, x2's below.

    Raises InputError for an unknown name.
    """
    paper = _PAPER_X8 if factor >= _LARGE else _PAPER_X4
    if name == "paper":
        return paper
    ours = {"quick": _quick, "fast": _fast, "best": _best}
    if name in ours:
        return ours[name](paper, factor)
    raise InputError(f"preset must be one of {', '.join(PRESETS)}, not {name!r}")
