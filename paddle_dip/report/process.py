"""A restoration as pictures: the sequence, as GIF and animated WebP, a curve, and one page with everything."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from markupsafe import Markup
from PIL import Image

from paddle_dip.io.files import whole_file, writable_folder, write_csv, write_json, write_text
from paddle_dip.io.images import to_bytes, write_rgb
from paddle_dip.problem.metrics import psnr
from paddle_dip.report.curves import process_figure, svg
from paddle_dip.report.grids import enlarged_pixels, picture_grid, write_png
from paddle_dip.report.html import html_page

_ANIMATION_SIDE = 256  # pixels of the longer side of a moving frame
_FRAME_MS = 120
_LAST_FRAME_MS = 2000


@dataclass
class Process:
    """What is noted of a fit while it goes on. truth: [C, H, W] in [0, 1], only looked at to draw the curve."""

    folder: Path
    corrupted: np.ndarray
    truth: np.ndarray | None = None
    frames: list[Image.Image] = field(default_factory=list)
    points: list[dict] = field(default_factory=list)

    def note(self, step: int, loss: float, image: np.ndarray) -> None:
        """Keep one moment: the picture, [C, H, W] in [0, 1], as frames/STEP.png, and its figures.

        A step that has been noted before comes again where the fit went back: what was noted from there on is forgotten.
        """
        writable_folder(self.folder / "frames")
        kept = sum(point["step"] < step for point in self.points)
        del self.frames[kept:], self.points[kept:]
        write_rgb(self.folder / "frames" / f"{step:05d}.png", image)
        self.frames.append(_small(image))
        self.points.append({"step": step, "loss": loss} | ({} if self.truth is None else {"psnr": psnr(image, self.truth)}))

    def finish(self, result: np.ndarray, title: str, settings: dict) -> Path:
        """Write animations, the pictures, as large as the result, side by side and one by one, curve and page; return its path."""
        writable_folder(self.folder)
        pictures = {"corrupted": enlarged_pixels(self.corrupted, result), "result": result}
        pictures |= {} if self.truth is None else {"truth": self.truth}
        write_png(self.folder / "comparison.png", picture_grid(pictures))
        for name, image in pictures.items():
            write_rgb(self.folder / f"{name}.png", image)
        moving = [*self.frames, _small(result)]
        for suffix, more in (("gif", {}), ("webp", {"quality": 90})):
            with whole_file(self.folder / f"process.{suffix}") as file:
                _animate(moving, file, suffix.upper(), **more)
        write_csv(self.folder / "history.csv", tuple(self.points[0]) if self.points else ("step", "loss"), self.points)
        write_json(self.folder / "settings.json", settings)
        page, curve = self.folder / "index.html", Markup(svg(process_figure(self.points))) if self.points else ""
        write_text(page, html_page("process.html.j2", title=title, pictures=list(pictures), curve=curve, settings=settings))
        return page


def _animate(frames: list[Image.Image], file, kind: str, **settings) -> None:
    durations = [_FRAME_MS] * (len(frames) - 1) + [_LAST_FRAME_MS]
    frames[0].save(file, format=kind, save_all=True, append_images=frames[1:], duration=durations, loop=0, **settings)


def _small(image: np.ndarray) -> Image.Image:
    pixels = to_bytes(image)
    copy = Image.fromarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy())
    copy.thumbnail((_ANIMATION_SIDE, _ANIMATION_SIDE), Image.Resampling.LANCZOS)
    return copy
