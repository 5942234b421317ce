"""Pictures and tables as a notebook's cell shows them."""

import io
from pathlib import Path

import numpy as np
from IPython.display import Image, Markdown
from PIL import Image as Pillow

from paddle_dip.evaluation.benchmark.folder import Folder
from paddle_dip.evaluation.benchmark.run import Settings
from paddle_dip.io.images import read_rgb, to_bytes
from paddle_dip.problem.dataset import to_unit
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.report.curves import figure_picture, psnr_figure
from paddle_dip.report.grids import picture_grid
from paddle_dip.report.readme import markdown
from paddle_dip.report.results import read_history

# JPEG: a notebook that is committed with its pictures is to stay small.
_QUALITY = 85
_WIDEST = 1000
_HEIGHT = 256


def shown(picture: Pillow.Image) -> Image:
    """Return a picture for a cell's output."""
    file = io.BytesIO()
    picture.convert("RGB").save(file, format="JPEG", quality=_QUALITY)
    return Image(file.getvalue(), format="jpeg")


def row(pictures: dict[str, np.ndarray]) -> Pillow.Image:
    """Return images, [1 or 3, h, w] in [0, 1], side by side at one height, captions above; small ones show their pixels."""
    tallest = max(_HEIGHT, *(image.shape[1] for image in pictures.values()))
    height = min(tallest, int(_WIDEST / sum(image.shape[2] / image.shape[1] for image in pictures.values())))
    return picture_grid({caption: _at_height(image, height) for caption, image in pictures.items()})


def table(heading: list[str], lines: list[list[str]]) -> Markdown:
    """Return a table; the first column is left-aligned, the others right."""
    return Markdown(markdown([heading, *lines]))


def benchmark_pair(settings: Settings, name: str) -> Image:
    """Return a restored image of a benchmark between bicubic and the truth, with the paper's PSNR of each."""
    case = settings.protocol.load(name)
    images = {settings.protocol.before: case.before(), name: to_unit(read_rgb(Folder(settings.out).picture(name)))}
    scored = {f"{caption} {psnr_y(image, case.truth):.2f} dB": image for caption, image in images.items()}
    return shown(row(scored | {"truth": case.truth}))


def benchmark_curves(settings: Settings) -> Pillow.Image:
    """Return the curves of all images of a benchmark that has been run."""
    schema = settings.protocol.schema
    histories = {name: read_history(Folder(settings.out).history(name), schema.point) for name in settings.images}
    return figure_picture(psnr_figure(histories, schema))


def before_and_after(process: Path) -> Image:
    """Return what `PhotoView`, or a command with --frames, has left in a folder: photo, result and, where known, the truth."""
    files = {name: process / f"{name}.png" for name in ("corrupted", "result", "truth")}
    return shown(row({name: to_unit(read_rgb(path)) for name, path in files.items() if path.exists()}))


def _at_height(image: np.ndarray, height: int) -> np.ndarray:
    if image.shape[1] == height:
        return image
    law = Pillow.Resampling.NEAREST if image.shape[1] < height else Pillow.Resampling.LANCZOS
    pixels = to_bytes(np.broadcast_to(image, (3, *image.shape[1:])))
    width = round(image.shape[2] * height / image.shape[1])
    return to_unit(np.asarray(Pillow.fromarray(pixels).resize((width, height), law)))
