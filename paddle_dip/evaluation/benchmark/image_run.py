"""One image of a benchmark: its unit of work, watched against the truth, and its row."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.evaluation.benchmark.folder import Folder
from paddle_dip.evaluation.benchmark.protocol import BenchmarkProtocol, Case, Fitted
from paddle_dip.io.images import to_bytes
from paddle_dip.problem.dataset import to_unit
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.grids import picture_grid, write_png
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.progress import track
from paddle_dip.runs.restore import finish, member_seeds, shown_image
from paddle_dip.runs.work_unit import Unit, run_unit


@dataclass(frozen=True)
class ImageRun:
    """One image to restore with one seed, how, and where its files go. grid_every: steps; checkpoint_seconds: of work."""

    case: Case
    protocol: BenchmarkProtocol
    preset: Preset
    seed: int
    folder: Folder
    grid_every: int
    checkpoint_seconds: float

    @property
    def title(self) -> str:
        """The image's name, and which member this is where there are several."""
        return self.case.name if self.preset.members == 1 else f"{self.case.name} {self.seed}"

    @property
    def size(self) -> int:
        """Samples of the image."""
        return self.case.truth.size

    @property
    def members(self) -> list["ImageRun"]:
        """A run for each fit that the image's result is the mean of."""
        return [replace(self, seed=seed) for seed in member_seeds(self.preset, self.seed)]

    def problem(self) -> Problem:
        """Build the problem that all of its fits have."""
        return self.case.problem(self.preset)

    @property
    def checkpoint(self) -> Path:
        """Where this fit's state is kept while it goes on."""
        return self.folder.checkpoint(self.case.name, self.seed)

    @property
    def member(self) -> Path:
        """Where what this fit ended on is kept until the image's result is on disk."""
        return self.folder.member(self.case.name, self.seed)

    @property
    def claim(self) -> Path:
        return self.checkpoint.with_suffix(".lock")

    def is_made(self) -> bool:
        """Return whether what this fit ended on is kept, or was: it is removed when the image's result is on disk."""
        return self.member.exists() or self.folder.has_result(self.case.name, self.protocol.schema.point)

    def grid(self, step: int) -> Path:
        """Where the picture of this fit at a step goes."""
        return self.folder.grid(self.case.name, step, None if self.preset.members == 1 else self.seed)


class Ending:
    """The image of a fit at a snapshot, in the end its result: made once for history and grid, as it takes as long as steps do."""

    def __init__(self, problem: Problem, preset: Preset):
        self._problem, self._preset = problem, preset
        self._last: tuple[Any, np.ndarray] | None = None

    def __call__(self, snapshot) -> np.ndarray:
        """Return the image, [C, H, W] in [0, 1]."""
        if self._last is None or self._last[0] is not snapshot:
            self._last = snapshot, shown_image(self._problem, self._preset, snapshot.chosen_canvas(), over=snapshot.over)
        return self._last[1]


class History:
    """Follows a fit: some points of its quality against the truth, which the fit itself never sees."""

    def __init__(self, image_run: ImageRun, problem: Problem, ending: Ending):
        self._run, self._problem, self._ending = image_run, problem, ending
        self._every = max(image_run.preset.steps // image_run.protocol.readings, 1)
        self.points: list = []

    def __call__(self, snapshot) -> None:
        """Take in the snapshot of each step in turn; raises FitError where the fit has diverged."""
        if (snapshot.over or snapshot.step % self._every == 0) and math.isfinite(loss := snapshot.loss()):
            followed = {kind: snapshot.canvas(kind) for kind in self._run.protocol.followed}
            pictures = {kind: as_stored(finish(self._problem, self._run.preset, canvas)) for kind, canvas in followed.items()}
            pictures["result"] = as_stored(self._ending(snapshot))
            pictures["iterate"] = as_stored(self._problem.enlarged(snapshot.canvas("perturbed")))
            self.points.append(self._run.case.point(snapshot.step, loss, pictures))

    def state(self) -> dict:
        return {"history": [asdict(point) for point in self.points]}

    def load_state(self, state: dict) -> None:
        self.points = [self._run.protocol.schema.point(**point) for point in state["history"]]


def restore_case(image_run: ImageRun, problem: Problem, *, fit: Callable, interrupted: Interrupted) -> tuple[Any, np.ndarray, list]:
    """Return the row, the canvas, [C, *problem.canvas], and the history of one fit of one image, whose problem is `problem`.

    Raises what `run_unit` does.
    """
    preset, ending = image_run.preset, Ending(problem, image_run.preset)
    history = History(image_run, problem, ending)
    unit = Unit(
        image_run.title,
        problem,
        preset,
        image_run.seed,
        checkpoint=image_run.checkpoint,
        checkpoint_seconds=image_run.checkpoint_seconds,
    )
    observers = (history, partial(_draw_grid, image_run, ending))
    result = run_unit(unit, fit=fit, interrupted=interrupted, observers=observers, progress=track)
    begun = time.monotonic()
    image = as_stored(finish(problem, preset, result.canvas))
    seconds = result.seconds + time.monotonic() - begun
    fitted = Fitted(image, result.steps, seconds, history.points, result.resumed_at_step)
    return image_run.case.row(image_run, fitted), result.canvas, history.points


def _draw_grid(image_run: ImageRun, ending: Ending, snapshot) -> None:
    if not snapshot.over and snapshot.step % image_run.grid_every:
        return
    pictures = {
        "truth": image_run.case.truth,
        image_run.protocol.before: image_run.case.before(),
        f"step {snapshot.step}": ending(snapshot),
    }
    write_png(image_run.grid(snapshot.step), picture_grid(pictures))


def as_stored(image: np.ndarray) -> np.ndarray:
    """Return an image as its 8-bit file holds it: what is scored is what the user gets."""
    return to_unit(to_bytes(image))
