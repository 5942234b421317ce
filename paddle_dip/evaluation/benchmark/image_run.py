"""One image of the benchmark: its fit, watched, with checkpoints to take it up from."""

import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from paddle_dip.errors import FitError, InputError
from paddle_dip.evaluation.benchmark.folder import Folder
from paddle_dip.io.files import whole_file
from paddle_dip.io.images import to_bytes
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.baselines import bicubic
from paddle_dip.problem.dataset import BenchmarkCase, to_unit
from paddle_dip.problem.metrics import psnr_rgb, psnr_y, ssim_y
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import Stopper, build_stopper
from paddle_dip.problem.tasks import Problem, canvas_size, super_resolution
from paddle_dip.report.grids import picture_grid
from paddle_dip.report.results import HistoryPoint, ResultRow
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.runs.progress import track
from paddle_dip.runs.provenance import computed_with, peak_memory_mb
from paddle_dip.runs.restore import as_fitted, chosen_canvas, finish

_HISTORY_POINTS = 25  # refining the image for each takes as long as two or three steps


@dataclass(frozen=True)
class ImageRun:
    """One image to restore, how, and where its traces go. grid_every: steps; checkpoint_seconds: seconds of work."""

    case: BenchmarkCase
    factor: int
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
    def checkpoint(self) -> Path:
        """Where this fit's state is kept while it goes on."""
        return self.folder.checkpoint(self.case.name, self.seed)

    @property
    def member(self) -> Path:
        """Where what this fit ended on is kept until the image's result is on disk."""
        return self.folder.member(self.case.name, self.seed)

    def grid(self, step: int) -> Path:
        """Where the picture of this fit at a step goes."""
        return self.folder.grid(self.case.name, step, None if self.preset.members == 1 else self.seed)


@dataclass
class RunLog:
    """What a run knows of itself beside the fit's state; it travels in the checkpoint."""

    seconds: float = 0.0
    resumed_at_step: int = 0
    computed_with: dict = field(default_factory=computed_with)
    history: list[HistoryPoint] = field(default_factory=list)


def restore_case(
    job: ImageRun, *, fit: Callable, interrupted: Callable[[], bool]
) -> tuple[ResultRow, np.ndarray, list[HistoryPoint]]:
    """Return the row, the canvas, [3, *problem.canvas], and the history of one fit of one image.

    The truth is only looked at to report: the fit sees the observation alone. Takes up from the image's checkpoint where there
    is one. Raises KeyboardInterrupt, a checkpoint written, when `interrupted` says so; ArithmeticError where the loss is no number.
    """
    problem = super_resolution(job.case.low, job.factor, job.preset)
    stopper = build_stopper(problem, job.preset, job.seed)
    state, record = _resume(job, stopper)
    begun = time.monotonic() - record.seconds
    saved = time.monotonic()
    with track(job.title, job.preset.steps, start=record.resumed_at_step) as show:
        for snapshot in fit(as_fitted(problem, job.preset, job.seed), job.preset, seed=job.seed, state=state):
            show(snapshot)
            over = stopper.done(snapshot) or snapshot.step == job.preset.steps
            if over or snapshot.step % max(job.preset.steps // _HISTORY_POINTS, 1) == 0:
                _note_figures(job, problem, snapshot, stopper, record)
            if over or snapshot.step % job.grid_every == 0:
                _draw_grid(job, problem, snapshot, stopper)
            record.seconds = time.monotonic() - begun
            if over:
                break  # nothing is left to take up
            stop, step_seconds = interrupted(), record.seconds / snapshot.step
            if stop or time.monotonic() - saved + step_seconds > job.checkpoint_seconds:
                state = snapshot.state() | {f"stopper/{name}": value for name, value in stopper.state().items()}
                save_checkpoint(job.checkpoint, state, asdict(record))
                saved = time.monotonic()
            if stop:
                raise KeyboardInterrupt
    canvas = chosen_canvas(job.preset, snapshot, stopper)
    image = finish(problem, job.preset, canvas)
    row = score(job, image, snapshot.step, time.monotonic() - begun, record.resumed_at_step)
    return row, canvas, record.history


def _resume(job: ImageRun, stopper: Stopper) -> tuple[dict | None, RunLog]:
    path = job.checkpoint
    if not path.exists():
        return None, RunLog()
    state, notes = load_checkpoint(path)
    try:
        history = [HistoryPoint(**point) for point in notes.pop("history")]
        record = RunLog(**notes | {"history": history, "resumed_at_step": int(state["step"])})
        stopper.load_state({n.removeprefix("stopper/"): state.pop(n) for n in list(state) if n.startswith("stopper/")})
        sound = 0 < record.resumed_at_step < job.preset.steps and all(np.isfinite(v).all() for v in state.values())
    except (KeyError, TypeError):  # damage doesn't get through the archive's checksums: other names are another version's
        raise InputError(f"checkpoint {path} was made with another version: delete it to start this image afresh") from None
    if not sound:
        raise InputError(f"checkpoint {path} can't be read, it is damaged: delete it to start this image afresh")
    if record.computed_with != computed_with():
        words = f"{job.case.name}: begun with {record.computed_with}, goes on with {computed_with()}: the last bits will differ"
        print(words, file=sys.stderr)
    return state, record


def _note_figures(job: ImageRun, problem: Problem, snapshot, stopper: Stopper, record: RunLog) -> None:
    loss = snapshot.loss()
    if not math.isfinite(loss):
        raise FitError(f"{job.case.name}: the loss is {loss} at step {snapshot.step}, try another --seed")
    result = as_stored(finish(problem, job.preset, chosen_canvas(job.preset, snapshot, stopper)))
    iterate = as_stored(problem.enlarged(snapshot.canvas("perturbed")))
    record.history.append(HistoryPoint(snapshot.step, loss, psnr_y(result, job.case.truth), psnr_y(iterate, job.case.truth)))


def _draw_grid(job: ImageRun, problem: Problem, snapshot, stopper: Stopper) -> None:
    pictures = {
        "truth": job.case.truth,
        "bicubic": bicubic(job.case.low, job.factor),
        f"step {snapshot.step}": finish(problem, job.preset, chosen_canvas(job.preset, snapshot, stopper)),
    }
    with whole_file(job.grid(snapshot.step)) as file:
        picture_grid(pictures).save(file, format="PNG")


def as_stored(image: np.ndarray) -> np.ndarray:
    """Return an image as its 8-bit file holds it: what is scored is what the user gets."""
    return to_unit(to_bytes(image))


def score(job: ImageRun, image: np.ndarray, steps: int, seconds: float, resumed_at_step: int = 0) -> ResultRow:
    """Return the row of a restored image, [3, H, W] in [0, 1], scored as its file holds it."""
    case, image = job.case, as_stored(image)
    return ResultRow(
        image=case.name,
        preset=job.preset.name,
        factor=job.factor,
        seed=str(job.seed),
        steps=steps,
        tflop=steps * step_flops(job.preset.network, *canvas_size(case.truth.shape[1:], job.preset)) / 1e12,
        psnr_y=psnr_y(image, case.truth),
        psnr_rgb=psnr_rgb(image, case.truth),
        ssim_y=ssim_y(image, case.truth),
        bicubic_psnr_y=psnr_y(bicubic(case.low, job.factor), case.truth),
        seconds=seconds,
        seconds_per_step=seconds / steps,
        peak_memory_mb=peak_memory_mb(),
        resumed_at_step=resumed_at_step,
    )
