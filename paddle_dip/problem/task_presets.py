"""The presets of the tasks other than super-resolve: the paper's, two from a write-up on missing pixels, and our fast ones."""

from dataclasses import fields, replace
from typing import Any

from paddle_dip.problem.networks import NETWORKS, NetworkConfig, SkipConfig
from paddle_dip.problem.presets import SHARED_SOURCES, Preset

_AUTHORS = "the paper authors' {} notebook"
_HOURGLASS = "the write-up on random-pixel inpainting with two hourglass networks"
_SPREAD = "Wang et al., 2021"
_OURS = "ours, not tuned: the average of the outputs, a narrow network for the compiled operators, the step of least variance"
_FIELDS = {field.name for field in fields(Preset)} - {"name", "task", "sources"}
_NO_SKIPS = (0,) * 5


def _paper(task: str, notebook: str, *, name: str = "paper", **settings) -> Preset:
    sources = dict.fromkeys(_FIELDS, _AUTHORS.format(notebook)) | {"patience": _SPREAD} | SHARED_SOURCES
    return Preset(name=name, task=task, final_input="perturbed", sources=sources, **settings)


def _fast(paper: Preset, **settings) -> Preset:
    changes: dict[str, Any] = {"network": NETWORKS["skip-64"], "average": "ema", "stop": "emv"} | settings
    return replace(paper, name="fast", **changes, sources=dict(paper.sources) | dict.fromkeys(changes, _OURS))


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
# Of three decays and two learning rates the best on two photos at half size, and in the time of 450 steps of skip-64 1.1 and 1.7 dB
# above it; the variance of the outputs doesn't show where it begins to fit too much, withheld pixels do.
_PIXELS_CHANGES: dict[str, Any] = {
    "steps": 1500,
    "learning_rate": 0.003,
    "average": "ema",
    "average_decay": 0.998,
    "stop": "held-out",
    "patience": 400,
    "keep_known": True,
}
_PIXELS = replace(
    _PIXEL_SHUFFLE,
    name="fast",
    **_PIXELS_CHANGES,
    sources=dict(_PIXEL_SHUFFLE.sources) | dict.fromkeys(_PIXELS_CHANGES, "our study on photos (docs/tasks.md)"),
)
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
PRESETS = (
    _fast(_DENOISE, steps=1800),
    _DENOISE,
    _fast(_DEJPEG, steps=1800),
    _DEJPEG,
    _fast(_TEXT, steps=2000),
    _TEXT,
    _VASE,
    _LIBRARY,
    _PIXELS,
    _HALF_OF_THE_PIXELS,
    _FEW_PIXELS,
    _PIXEL_SHUFFLE,
    _hourglass("transposed", NETWORKS["transposed"]),
    _fast(_FLASH, network=replace(_GUIDED, down=(64,) * 5, up=(64,) * 5), stop="never"),
    _FLASH,
)
