"""A running job as the page sees it: a picture and the loss now and then, the time left, and where it is told to stop."""

import time
from pathlib import Path

import numpy as np

from paddle_dip.io.files import write_json
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.process import Process
from paddle_dip.runs.photos import PhotoJob
from paddle_dip.runs.restore import shown_image

PROGRESS = "progress.json"
_MOMENTS = 40  # pictures of a job
_SECONDS = 0.5  # between two notes of the step


class Stopped(Exception):
    """A person has stopped the job. pixels: the best so far, [C, H, W] in [0, 1]; fit, step: where it was stopped."""

    def __init__(self, pixels: np.ndarray, fit: int, step: int):
        super().__init__(f"stopped at step {step}")
        self.pixels, self.fit, self.step = pixels, fit, step


class Watch:
    """Follows the fits of a job, of which a preset may have several; steps are counted over all of them."""

    def __init__(self, folder: Path, job: PhotoJob):
        self.process = Process(folder / "process", job.problem(job.tiles[0]).seen)
        self.stop = False
        self._folder, self._preset = folder, job.preset
        self._steps = job.preset.steps * job.preset.members
        self._finished: list[np.ndarray] = []
        self._begun = self._noted = 0.0

    def look(self, problem: Problem, snapshot) -> None:
        """Take in the snapshot of each step; raises Stopped where a person said so, FitError where it shows no picture."""
        self._begun = self._begun or time.monotonic()
        step = len(self._finished) * self._preset.steps + snapshot.step
        if self.stop:
            self._note(step)
            raise Stopped(self._picture(problem, snapshot, over=True), len(self._finished) + 1, snapshot.step)
        if step == 1 or step % max(self._steps // _MOMENTS, 1) == 0:
            self.process.note(step, snapshot.loss(), self._picture(problem, snapshot, over=step == self._steps))
            self._noted = 0.0
        if time.monotonic() - self._noted > _SECONDS:
            self._note(step)
        if snapshot.over:
            self._finished.append(snapshot.chosen_canvas())

    def _picture(self, problem: Problem, snapshot, *, over: bool) -> np.ndarray:
        """Return the result if the job ended here: the mean of its fits, of which the present one counts by what is done of it."""
        canvases = [*self._finished, snapshot.chosen_canvas()]
        share = snapshot.step / self._preset.steps if self._finished else 1.0
        mean = np.average(canvases, axis=0, weights=[1.0] * len(self._finished) + [share])
        return shown_image(problem, self._preset, mean, over=over)

    def _note(self, step: int) -> None:
        self._noted = time.monotonic()
        seconds = self._noted - self._begun
        left = seconds / (step - 1) * (self._steps - step) if step > 1 else None
        told = {"step": step, "steps": self._steps, "seconds": seconds, "left": left, "points": self.process.points}
        write_json(self._folder / PROGRESS, told)
