"""The paper's metric on image files."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_rgb, to_bytes
from paddle_dip.problem.dataset import Source, crop_for_factor, image_names, load_truth, make_case, protocol_crop, to_unit
from paddle_dip.problem.metrics import psnr_rgb, psnr_y, ssim_y
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.refinement import refined
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import check_factor, super_resolution

AFTER = ("nothing", "back-projection", "refinement")


@dataclass(frozen=True)
class Score:
    """One restored file against its truth; PSNRs in dB."""

    image: str
    psnr_y: float
    psnr_rgb: float
    ssim_y: float


def score_folder(
    reference: Path, restored: Path, suffix: str, factor: int, *, images: list[str] | None = None, after: str = "nothing"
) -> list[Score]:
    """Return the scores of the files restored/NAME + suffix + .png against reference/NAME_GT.png, in alphabetical order.

    images: the NAMEs to score, in this order; None: all. after: one of AFTER, done first to each image by its observation, as the
    preset fast does. Raises InputError for a folder without images, an unknown name, a missing
    or unreadable file and a size that fits neither the truth nor its crop.
    """
    check_factor(factor)
    source = Source(Path(reference), str(reference))
    names = image_names(source)
    if not names:
        raise InputError(f"--reference {reference} has no file named NAME_GT.png")
    unknown = [name for name in images or () if name not in names]
    if unknown:
        raise InputError(f"--images must be of {', '.join(names)}, not {', '.join(unknown)}")
    names = images or names
    missing = [name for name in names if not (Path(restored) / f"{name}{suffix}.png").is_file()]
    if missing:
        raise InputError(f"--restored {restored} lacks {', '.join(f'{name}{suffix}.png' for name in missing)}")
    return [_score(source, name, Path(restored) / f"{name}{suffix}.png", factor, after) for name in names]


def mean_score(scores: list[Score]) -> Score:
    """Return the means of the scores, as the score of an image called "mean"."""
    return Score("mean", *(float(np.mean([getattr(s, key) for s in scores])) for key in ("psnr_y", "psnr_rgb", "ssim_y")))


def _score(source: Source, name: str, path: Path, factor: int, after: str) -> Score:
    truth = load_truth(source, name, factor)
    region = protocol_crop(truth)
    file = image = read_rgb(path)
    if image.shape != region.shape:
        image = crop_for_factor(image, factor)
        image = protocol_crop(image) if image.shape == truth.shape else image
    if image.shape != region.shape:
        sizes = " or ".join(f"{s.shape[1]}x{s.shape[0]}" for s in (truth, region))
        raise InputError(f"{path} has {file.shape[1]}x{file.shape[0]} pixels, {sizes} are needed")
    if after != "nothing":
        image = _refined(image, make_case(name, truth, factor).low, factor, after)
    return Score(name, *(metric(to_unit(image), to_unit(region)) for metric in (psnr_y, psnr_rgb, ssim_y)))


def _refined(image: np.ndarray, low: np.ndarray, factor: int, after: str) -> np.ndarray:
    preset = super_resolution_preset("fast", factor)
    if after == "back-projection":
        preset = replace(preset, **NO_REFINEMENT | {"back_projection": preset.back_projection})
    return to_bytes(refined(to_unit(image), super_resolution(low, factor, preset), preset))
