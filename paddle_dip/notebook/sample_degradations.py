"""A photo to restore: a person's own, or one that comes with scikit-image, degraded as a task expects it."""

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from paddle_dip.errors import InputError, one_of
from paddle_dip.io.adapters import ImageLike, as_photo, like
from paddle_dip.io.files import writable_folder
from paddle_dip.io.images import Photo, to_bytes, write_photo, write_rgb
from paddle_dip.problem.dataset import Source, load_truth, to_unit
from paddle_dip.problem.randomness import grain, random_holes
from paddle_dip.problem.resampling import pillow_resize
from paddle_dip.problem.task_table import FACTOR, TASKS

SIDE = 128  # pixels: seconds to minutes on two cores
_SIGMA = 25 / 255
_MISSING = 0.5
_JPEG_QUALITY = 10
_WORDS = "Deep Image Prior "


@dataclass(frozen=True)
class Sample:
    """A photo to restore. inputs: what its task's function wants beside it, by name; truth: what it was before, where known."""

    photo: ImageLike
    inputs: dict
    truth: ImageLike | None = None


def own_photo(task: str, photo: Path, mask: Path | None = None, seed: int = 0) -> Sample:
    """Return a person's own photo as a sample; mask: white where it is to be filled.

    Raises InputError for an unknown task, and where inpainting has no mask. Without one, restore-pixels takes half the pixels away.
    """
    _check(task)
    if task == "inpaint" and mask is None:
        raise InputError("task inpaint needs a mask: a picture of the photo's size, white where it is to be filled")
    if task == "restore-pixels" and mask is None:
        whole = as_photo(photo)
        missing = random_holes(whole.pixels.shape[1:], _MISSING, seed)
        return Sample(like(replace(whole, pixels=whole.pixels * (1 - missing)), photo), {"mask": missing[0] > 0}, truth=photo)
    return Sample(photo, {"mask": mask} if "mask" in TASKS[task].inputs else {})


def degraded_photo(task: str, folder: Path, seed: int = 0) -> Sample:
    """Write a cat, degraded as `task` expects it, into a folder, the truth and any mask beside it; return these as a sample."""
    _check(task)
    truth = _shrunk(to_unit(load_truth(Source(None, ""), "cat", FACTOR)), SIDE)
    folder = writable_folder(Path(folder))
    write_rgb(folder / "truth.png", truth)
    photo, mask = folder / "photo.png", _mask(task, seed)
    if mask is None:
        write_photo(photo, Photo(_degraded(task, truth, seed)))
        return Sample(photo, {}, folder / "truth.png")
    write_rgb(folder / "mask.png", mask)
    write_rgb(photo, np.where(mask, float(task == "inpaint"), truth))  # letters are white, missing pixels black
    return Sample(photo, {"mask": folder / "mask.png"}, folder / "truth.png")


def _check(task: str) -> None:
    known = [name for name in TASKS if "flash" not in TASKS[name].inputs]  # there is no second photo at hand
    one_of("task", task, known)


def letters(height: int, width: int) -> np.ndarray:
    """Return lines of words as a mask, float32 [1, height, width], 1 where a letter is."""
    sheet = Image.new("1", (width, height))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for line, top in enumerate(range(2, height, 22)):
        draw.text((-7 * line, top), _WORDS * (2 + width // 60), fill=1, font=font)
    return np.asarray(sheet, dtype=np.float32)[None]


def _mask(task: str, seed: int) -> np.ndarray | None:
    return {"inpaint": letters(SIDE, SIDE), "restore-pixels": random_holes((SIDE, SIDE), _MISSING, seed)}.get(task)


def _degraded(task: str, truth: np.ndarray, seed: int) -> np.ndarray:
    if task == "denoise":
        return (truth + grain(truth.shape, _SIGMA, seed)).clip(0, 1)
    if task == "super-resolve":
        return _shrunk(truth, SIDE // FACTOR)
    file = io.BytesIO()
    Image.fromarray(to_bytes(truth)).save(file, format="JPEG", quality=_JPEG_QUALITY)
    return to_unit(np.asarray(Image.open(file)))


def _shrunk(image: np.ndarray, side: int) -> np.ndarray:
    return pillow_resize(image.shape[1:], (side, side), clip=True)(image).clip(0, 1)
