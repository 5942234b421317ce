"""The presets of the tasks other than super-resolve: the paper's, two from a write-up on missing pixels, and ours."""

from dataclasses import fields, replace
from typing import Any

from paddle_dip.problem.networks import NETWORKS, NetworkConfig, SkipConfig
from paddle_dip.problem.presets import SHARED_SOURCES, Preset

_AUTHORS = "the paper authors' {} notebook"
_HOURGLASS = "the write-up on random-pixel inpainting with two hourglass networks"
_SPREAD = "Wang et al., 2021"
_STUDY = "our study on photos (docs/tasks.md)"
_OURS = "ours, not tuned: the average of the outputs, a narrow network for the compiled operators"
_FIELDS = {field.name for field in fields(Preset)} - {"name", "task", "sources"}
_NO_SKIPS = (0,) * 5


def _paper(task: str, notebook: str, *, name: str = "paper", **settings) -> Preset:
    sources = dict.fromkeys(_FIELDS, _AUTHORS.format(notebook)) | {"patience": _SPREAD} | SHARED_SOURCES
    return Preset(name=name, task=task, final_input="perturbed", sources=sources, **settings)


def _ours(
    paper: Preset, *, networks: tuple[str, str, str], steps: tuple[int, int, int], best_members: int, skip: int = 4, **settings
) -> tuple[Preset, Preset, Preset]:
    """Return quick, fast and best, each with its steps and network of NETWORKS, its skip branches of `skip` channels.

    The settings are all three's.
    """
    common: dict[str, Any] = {"optimiser": "soap", "soap_renewal": 20, "learning_rate": 0.01, "average": "ema"}
    changes = common | {"final_input": "clean"} | settings
    sources = dict(paper.sources) | dict.fromkeys((*changes, "steps", "network", "members"), _STUDY)
    of_width: Any = [NETWORKS[name] for name in networks]
    narrow, middle, wide = (replace(network, skip=(skip,) * 5) for network in of_width)
    fast = replace(paper, name="fast", network=middle, steps=steps[1], **changes, sources=sources)
    quick = replace(fast, name="quick", network=narrow, steps=steps[0])
    return quick, fast, replace(fast, name="best", network=wide, steps=steps[2], members=best_members)


_DENOISE = _paper("denoise", "denoising", steps=3000, reg_noise_std=1 / 30, average="ema")
_DEJPEG = _paper(
    "dejpeg",
    "denoising (snail)",
    steps=2400,
    reg_noise_std=1 / 30,
    average="ema",
    network=SkipConfig(down=(8, 16, 32, 64, 128), up=(8, 16, 32, 64, 128), skip=(0, 0, 0, 4, 4), input_depth=3),
)
_TEXT = _paper(
    "inpaint",
    "inpainting (kate)",
    steps=6001,
    reg_noise_std=0.03,
    network=SkipConfig(skip=(128,) * 5, upsampling="nearest"),
    keep_known=True,
)
_VASE = _paper(
    "inpaint",
    "inpainting (vase)",
    name="paper-object",
    steps=5001,
    reg_noise_std=0.03,
    network=SkipConfig(skip=_NO_SKIPS, upsampling="nearest", input_depth=2),
    input="meshgrid",
    keep_known=True,
)
_LARGE_HOLE_WIDTHS = (16, 32, 64, 128, 128, 128)
_LIBRARY = _paper(
    "inpaint",
    "inpainting (library)",
    name="paper-large-hole",
    steps=3001,
    reg_noise_std=0.0,
    network=SkipConfig(
        down=_LARGE_HOLE_WIDTHS, up=_LARGE_HOLE_WIDTHS, skip=(0,) * 6, upsampling="nearest", input_depth=1, down_kernel=5
    ),
    keep_known=True,
)
_HALF_OF_THE_PIXELS = _paper(
    "restore-pixels",
    "restoration (barbara)",
    steps=11000,
    reg_noise_std=0.03,
    learning_rate=0.001,
    network=SkipConfig(skip=(128,) * 5, upsampling="nearest"),
)
_NARROW = (16, 32, 64, 128, 128)
_FEW_PIXELS = _paper(
    "restore-pixels",
    "restoration (kate)",
    name="paper-few",
    steps=1000,
    reg_noise_std=0.0,
    network=SkipConfig(down=_NARROW, up=_NARROW, skip=_NO_SKIPS, upsampling="nearest"),
)


def _hourglass(name: str, network: NetworkConfig) -> Preset:
    return Preset(
        name=name,
        task="restore-pixels",
        steps=25001,
        learning_rate=1e-4,
        network=network,
        input="normal",
        input_scale=1.0,
        noise="cumulative",
        reg_noise_std=1 / 30,
        loss="sum",
        sources=dict.fromkeys(_FIELDS, _HOURGLASS) | {"patience": _SPREAD},
    )


_PIXEL_SHUFFLE = _hourglass("pixel-shuffle", NETWORKS["pixel-shuffle"])
_WITHHELD: dict[str, Any] = {"stop": "held-out", "companion": True}
_OF_NOISE: dict[str, Any] = {"networks": ("skip-16", "skip-32", "skip-64"), "best_members": 4}
# Of what isn't noisy the fit has more to learn: wider networks, and skip branches that let more pass by.
_OF_HOLES: dict[str, Any] = {
    "networks": ("skip-32", "skip-64", "skip"),
    "best_members": 2,
    "skip": 16,
    "reg_noise_std": 0.03,
    "keep_known": True,
    "patience": 200,
}
_OF_PIXELS = _OF_HOLES | {"networks": ("skip-32", "skip-48", "skip")}
_GUIDED = SkipConfig(input_depth=3, upsampling=("nearest", "nearest", "bilinear", "bilinear", "bilinear"))
_FLASH = _paper(
    "flash-no-flash",
    "flash/no-flash",
    steps=601,
    reg_noise_std=0.0,
    learning_rate=0.1,
    network=_GUIDED,
    input="guide",
)
_FLASH_FAST = replace(
    _FLASH,
    name="fast",
    network=replace(_GUIDED, down=(64,) * 5, up=(64,) * 5),
    average="ema",
    sources=dict(_FLASH.sources) | dict.fromkeys(("network", "average"), _OURS),
)
PRESETS = (
    *_ours(_DENOISE, steps=(500, 800, 800), reg_noise_std=0.015, patience=150, **_WITHHELD, **_OF_NOISE),
    _DENOISE,
    # What is left of the blocks isn't seen in withheld pixels, which lie in the same blocks: the steps are fixed.
    *_ours(_DEJPEG, steps=(250, 400, 400), reg_noise_std=0.015, companion=True, **_OF_NOISE),
    _DEJPEG,
    # Withheld pixels have neighbours, those in the middle of a hole have none: they tell when to stop, not who fills it better.
    *_ours(_TEXT, steps=(500, 700, 700), stop="held-out", **_OF_HOLES),
    _TEXT,
    _VASE,
    _LIBRARY,
    # Fine texture is still getting better at fast's last step: its width and steps bound the minutes (docs/tasks.md).
    *_ours(_HALF_OF_THE_PIXELS, steps=(500, 640, 700), **_WITHHELD, **_OF_PIXELS),
    _HALF_OF_THE_PIXELS,
    _FEW_PIXELS,
    _PIXEL_SHUFFLE,
    _hourglass("transposed", NETWORKS["transposed"]),
    _FLASH_FAST,
    _FLASH,
)
