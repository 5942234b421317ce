"""A fit that is watched in a cell while it goes on: one picture that changes in its place."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from IPython.display import DisplayHandle, display
from PIL import Image

from paddle_dip.api import Step
from paddle_dip.errors import FitError
from paddle_dip.io.adapters import ImageLike, as_photo
from paddle_dip.notebook.show import row, shown
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.curves import figure_picture, process_figure, psnr_figure
from paddle_dip.report.process import Process
from paddle_dip.report.results import HistoryPoint
from paddle_dip.runs.canvas import current_canvas
from paddle_dip.runs.restore import shown_image

_REDRAWN = 20  # times in a fit
_KEPT = 10  # moments of a photo's: a notebook that is committed with its GIF is to stay small


@dataclass
class LiveView:
    """The view of one fit. before: what to set its picture against; truth: only looked at to draw. Both [3, H, W] in [0, 1]."""

    problem: Problem
    preset: Preset
    before: np.ndarray
    truth: np.ndarray
    points: list[HistoryPoint] = field(default_factory=list)
    _cell: DisplayHandle | None = None

    def watch(self, snapshot) -> None:
        """Draw the fit's picture and curve where a new one is due: a twentieth of the steps after the last, and at the end."""
        if not _due(snapshot.step, self.preset.steps, _REDRAWN):
            return
        over = snapshot.step == self.preset.steps
        image = shown_image(self.problem, self.preset, current_canvas(self.preset, snapshot), over=over)
        iterate = self.problem.enlarged(snapshot.canvas("perturbed")).clip(0, 1)
        figures = (psnr_y(image, self.truth), psnr_y(iterate, self.truth))
        self.points.append(HistoryPoint(snapshot.step, snapshot.loss(), *figures))
        self._cell = _redrawn(self._cell, self._moment(image))

    def _moment(self, image: np.ndarray) -> Image.Image:
        last = self.points[-1]
        caption = f"step {last.step}: {last.psnr_y:.2f} dB"
        pictures = {f"before: {psnr_y(self.before, self.truth):.2f} dB": self.before, caption: image, "truth": self.truth}
        return _sheet(pictures, psnr_figure({f"loss {last.loss:.1e}": self.points}))


class PhotoView:
    """The view of a photo's restoration, for `on_step` of the package's functions; what it shows is kept in a folder.

    before, truth: images, the truth only looked at to draw, and None where it isn't known.
    """

    def __init__(self, folder: Path, before: ImageLike, truth: ImageLike | None = None):
        self._process = Process(Path(folder), as_photo(before).pixels, None if truth is None else as_photo(truth).pixels)
        self._record: dict[str, Any] = {}
        self._cell: DisplayHandle | None = None

    def watch(self, step: Step) -> None:
        """Draw and keep the fit's picture and curves where new ones are due: 10 times in a fit."""
        self._record = self._record or step.record()
        if _due(step.step, step.preset.steps, _KEPT):
            with suppress(FitError):  # a fit that has gone wrong goes back soon
                image = as_photo(step.image()).pixels
                self._process.note(step.step, step.loss(), image)
                self._cell = _redrawn(self._cell, self._moment(image))

    def finish(self, result: ImageLike) -> Path:
        """Write the process as pictures, GIF, WebP and a page, as the commands do with --frames; return the page's path."""
        title = f"{self._record['photo']}: {self._record['preset']['task']}"
        return self._process.finish(as_photo(result).pixels, title, self._record)

    def _moment(self, image: np.ndarray) -> Image.Image:
        last, process = self._process.points[-1], self._process
        caption = f"step {last['step']}" + (f": {last['psnr']:.2f} dB" if "psnr" in last else "")
        pictures = {"before": process.corrupted, caption: image} | ({} if process.truth is None else {"truth": process.truth})
        return _sheet(pictures, process_figure(process.points))


def _due(step: int, steps: int, times: int) -> bool:
    return step % max(steps // times, 1) == 0 or step == steps


def _sheet(pictures: dict[str, np.ndarray], figure) -> Image.Image:
    """Return pictures side by side, curves beneath."""
    above = row(pictures)
    figure.set_size_inches(above.width / 100, 2.6)
    curve = figure_picture(figure)
    sheet = Image.new("RGB", (above.width, above.height + curve.height), "white")
    sheet.paste(above, (0, 0))
    sheet.paste(curve, (0, above.height))
    return sheet


def _redrawn(cell: DisplayHandle | None, picture: Image.Image) -> DisplayHandle:
    if cell is None:
        return display(shown(picture), display_id=True)
    cell.update(shown(picture))
    return cell
