"""A photo that comes with scikit-image, spoiled as a task expects it: to try a restoration with no photo at hand."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from paddle_dip.cli.command import one_of
from paddle_dip.io.files import writable_folder
from paddle_dip.io.images import Photo, to_bytes, write_photo, write_rgb
from paddle_dip.notebook.order import TASKS, Order, own_photo
from paddle_dip.problem.dataset import Source, load_truth, to_unit
from paddle_dip.problem.randomness import grain, random_holes
from paddle_dip.problem.resampling import pillow_resize

SIDE = 128  # pixels: seconds to minutes on two cores
FACTOR = 4
_SIGMA = 25 / 255
_MISSING = 0.5
_JPEG_QUALITY = 10
_WORDS = "Deep Image Prior "


def degraded_photo(task: str, folder: Path, seed: int = 0) -> Order:
    """Write a cat, spoiled for `task`, into a folder, the truth and any mask beside it; return the order to restore it."""
    one_of("task", task, TASKS)
    truth = _shrunk(to_unit(load_truth(Source(None, ""), "cat", FACTOR)), SIDE)
    folder = writable_folder(Path(folder))
    write_rgb(folder / "truth.png", truth)
    photo, mask = folder / "photo.png", None
    holes = _holes(task, seed)
    if holes is not None:
        mask = folder / "mask.png"
        write_rgb(mask, holes)
        write_rgb(photo, np.where(holes, float(task == "inpaint"), truth))  # letters are white, missing pixels black
    else:
        write_photo(photo, Photo(_degraded(task, truth, seed)))
    more = {"factor": FACTOR} if task == "super-resolve" else {}
    return own_photo(task, photo, mask, truth=folder / "truth.png", **more)


def letters(height: int, width: int) -> np.ndarray:
    """Return lines of words as a mask, float32 [1, height, width], 1 where a letter is."""
    sheet = Image.new("1", (width, height))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for line, top in enumerate(range(2, height, 22)):
        draw.text((-7 * line, top), _WORDS * (2 + width // 60), fill=1, font=font)
    return np.asarray(sheet, dtype=np.float32)[None]


def _holes(task: str, seed: int) -> np.ndarray | None:
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
