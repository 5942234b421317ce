"""A fit that is watched in a cell while it goes on: one picture that changes in its place."""

from dataclasses import dataclass, field

import numpy as np
from IPython.display import DisplayHandle, display
from PIL import Image

from paddle_dip.notebook.show import row, shown
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.curves import figure_picture, psnr_figure
from paddle_dip.report.results import HistoryPoint
from paddle_dip.runs.restore import current_canvas, finish

_REDRAWN = 20  # times in a fit


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
        every = max(self.preset.steps // _REDRAWN, 1)
        if snapshot.step % every and snapshot.step != self.preset.steps:
            return
        image = finish(self.problem, self.preset, current_canvas(self.preset, snapshot))
        iterate = self.problem.enlarged(snapshot.canvas("perturbed")).clip(0, 1)
        figures = (psnr_y(image, self.truth), psnr_y(iterate, self.truth))
        self.points.append(HistoryPoint(snapshot.step, snapshot.loss(), *figures))
        self._show(shown(self._moment(image)))

    def _moment(self, image: np.ndarray) -> Image.Image:
        last = self.points[-1]
        caption = f"step {last.step}: {last.psnr_y:.2f} dB"
        pictures = row({f"before: {psnr_y(self.before, self.truth):.2f} dB": self.before, caption: image, "truth": self.truth})
        figure = psnr_figure({f"loss {last.loss:.1e}": self.points})
        figure.set_size_inches(pictures.width / 100, 2.6)
        curve = figure_picture(figure)
        sheet = Image.new("RGB", (pictures.width, pictures.height + curve.height), "white")
        sheet.paste(pictures, (0, 0))
        sheet.paste(curve, (0, pictures.height))
        return sheet

    def _show(self, picture) -> None:
        if self._cell is None:
            self._cell = display(picture, display_id=True)
        else:
            self._cell.update(picture)
