"""What a study restores: a sharp image, and what a known damage leaves of it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from paddle_dip.errors import InputError, one_of
from paddle_dip.io.images import read_photo, to_bytes
from paddle_dip.io.jpeg import JpegFile, read_coefficients
from paddle_dip.problem.dataset import crop_for_factor, make_case, to_unit
from paddle_dip.problem.metrics import psnr, psnr_y
from paddle_dip.problem.presets import FORMER_TASKS, Preset
from paddle_dip.problem.randomness import grain, random_holes
from paddle_dip.problem.resampling import pillow_resize
from paddle_dip.problem.task_table import TASKS as ALL_TASKS
from paddle_dip.problem.tasks import Problem, deblocking, denoising, inpainting, super_resolution

_TOUCHED = 0.02  # share of a shrunken pixel that a hole may cover before it counts as lost: Lanczos rings beside holes
_ENDINGS = ("_GT.png", ".png", ".jpg")
_AMOUNTS = {"super-resolve": (2, 32), "denoise": (0, 255), "dejpeg": (1, 95), "restore-pixels": (0, 1), "inpaint": (0, 0)}
_WHOLE = ("super-resolve", "dejpeg")  # tasks whose amount is a whole number
TASKS = tuple(task for task in ALL_TASKS if task in _AMOUNTS)


@dataclass(frozen=True)
class Damage:
    """What happens to the image. amount: the magnification, the noise's standard deviation of 255, JPEG's quality or the share of
    pixels dropped; 0 for "inpaint", where NAME_mask.png beside the image, black in the holes, says what is lost.

    shrink: the image is made that many times smaller first. seed: of what is random in the damage.
    """

    task: str
    amount: float
    shrink: int = 1
    seed: int = 0

    def __post_init__(self):
        object.__setattr__(self, "task", FORMER_TASKS.get(self.task, self.task))
        least, most = _AMOUNTS[one_of("task", self.task, TASKS)]
        if not least <= self.amount <= most:
            raise InputError(f"amount must lie between {least} and {most} for {self.task}, not {self.amount:g}")
        if self.task in _WHOLE and self.amount != int(self.amount):
            raise InputError(f"amount must be a whole number for {self.task}, not {self.amount:g}")

    @property
    def words(self) -> str:
        """What happens, in a word: part of file names and tables."""
        kind = {"super-resolve": f"x{self.amount:g}", "inpaint": "inpaint"}.get(self.task, f"{self.task}-{self.amount:g}")
        return kind if self.shrink == 1 else f"{kind}-shrunk-{self.shrink}"


@dataclass(frozen=True)
class StudyCase:
    """A truth, float32 [C, H, W] in [0, 1], the problem of getting it back, and the PSNR, in dB, that the task is judged by."""

    truth: np.ndarray
    problem: Problem
    score: Callable[[np.ndarray, np.ndarray], float]


def study_case(path: Path, damage: Damage, preset: Preset) -> StudyCase:
    """Return the case that the damage makes of the image in a file; super-resolve's truth is cropped as the benchmark's is.

    What inpainting is judged by is the PSNR over the holes. Raises InputError where there is no mask.
    """
    return damaged_case(path.stem, read_photo(path).pixels, damage, preset, read_holes(path) if damage.task == "inpaint" else None)


def damaged_case(name: str, picture: np.ndarray, damage: Damage, preset: Preset, holes: np.ndarray | None = None) -> StudyCase:
    """Return the case that the damage makes of a picture, float32 [C, H, W] in [0, 1]; holes: [1, H, W], for inpaint, 1 in them."""
    truth = _shrunk(picture, damage.shrink)
    if damage.task == "super-resolve":
        factor = int(damage.amount)
        case = make_case(name, crop_for_factor(to_bytes(truth), factor), factor)
        return StudyCase(case.truth, super_resolution(case.low, factor, preset), psnr_y)
    if damage.task == "denoise":
        sigma = damage.amount / 255
        noisy = (truth + grain(truth.shape, sigma, damage.seed)).clip(0, 1)
        return StudyCase(truth, denoising(noisy, preset, sigma), psnr)
    if damage.task == "restore-pixels":
        holes = random_holes(truth.shape[1:], damage.amount, damage.seed)
        return StudyCase(truth, inpainting(truth * (1 - holes), holes, preset), psnr)
    if damage.task == "dejpeg":
        truth = to_unit(to_bytes(truth))
        file = _jpeg(truth, int(damage.amount))
        shown = _jpeg_pixels(file)
        return StudyCase(truth, deblocking(shown, preset, read_coefficients(JpegFile(file), shown)), psnr)
    assert holes is not None  # inpaint has them
    holes = (_shrunk(holes, damage.shrink) > _TOUCHED).astype(
        np.float32
    )  # a pixel that a hole touches tells nothing of the image any more
    return StudyCase(truth, inpainting(truth * (1 - holes), holes, preset), partial(_hole_psnr, holes))


def image_path(folder: Path, name: str) -> Path:
    """Return the file of the image `name` in a folder: NAME and one of _ENDINGS; raises InputError where there is none."""
    for ending in _ENDINGS:
        if (path := folder / f"{name}{ending}").exists():
            return path
    raise InputError(f"image {name} isn't in {folder}, with none of the endings {', '.join(_ENDINGS)}")


def read_holes(path: Path) -> np.ndarray:
    """Return the holes of the image in a file, [1, H, W], by NAME_mask.png beside it; raises InputError where there is none."""
    return 1 - read_photo(_mask_path(path)).pixels[:1]


def _jpeg(image: np.ndarray, quality: int) -> bytes:
    """Return a JPEG file of [1 or 3, H, W] in [0, 1]: colours at half of both sides, as programs save them."""
    samples, file = to_bytes(image), io.BytesIO()
    Image.fromarray(samples[..., 0] if len(image) == 1 else samples).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    return file.getvalue()


def _jpeg_pixels(file: bytes) -> np.ndarray:
    samples = np.asarray(Image.open(io.BytesIO(file)))
    return to_unit(samples.reshape(*samples.shape[:2], -1))


def _mask_path(path: Path) -> Path:
    mask = path.with_name(f"{path.stem.removesuffix('_GT')}_mask.png")
    if not mask.exists():
        raise InputError(f"inpaint needs a mask beside the image: {mask} doesn't exist")
    return mask


def _hole_psnr(holes: np.ndarray, image: np.ndarray, truth: np.ndarray) -> float:
    """Return the PSNR, in dB, over the holes."""
    lost = holes[0] > 0
    return psnr(image[:, lost], truth[:, lost])


def _shrunk(image: np.ndarray, shrink: int) -> np.ndarray:
    if shrink == 1:
        return image
    size = image.shape[1:]
    small = pillow_resize(size, (size[0] // shrink, size[1] // shrink))
    return small(image).clip(0, 1).astype(np.float32)
