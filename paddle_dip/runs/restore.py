"""The whole line in one place: a problem, a fit, a result."""

from collections.abc import Callable, Iterator

import numpy as np

from paddle_dip.errors import FitError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.refinement import refined
from paddle_dip.problem.stopping import RULES, Stopper, build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.divergence import CHECK_EVERY


def restore(
    problem: Problem, preset: Preset, *, fit: Callable[..., Iterator], seed: int = 0, watch: Callable = lambda s: None
) -> np.ndarray:
    """Return the restored image, float64 [C, H, W] in [0, 1].

    fit: paddle_dip.solver.fit.fit, or torch_ref's. watch: called with each snapshot, to show where the fit is.
    """
    canvases = [fitted(problem, preset, fit=fit, seed=member, watch=watch) for member in member_seeds(preset, seed)]
    return finish(problem, preset, np.mean(canvases, axis=0))


def member_seeds(preset: Preset, seed: int) -> range:
    """Return the seeds of the fits that one result is the mean of."""
    return range(seed, seed + preset.members)


def fitted(problem: Problem, preset: Preset, *, fit: Callable[..., Iterator], seed: int, watch: Callable) -> np.ndarray:
    """Return the canvas that one fit ends on, [C, *problem.canvas]."""
    stopper, seen = build_stopper(problem, preset, seed), 0
    marks: dict[int, dict] = {}  # the stopper's state where a guarded fit may go back to
    for snapshot in fit(as_fitted(problem, preset, seed), preset, seed=seed):
        if snapshot.step <= seen:
            stopper = _taken_back(problem, preset, seed, marks.get(snapshot.step - 1))
        seen = snapshot.step
        watch(snapshot)
        if stopper.done(snapshot):
            break
        if seen % CHECK_EVERY == 0:
            marks = {step: state for step, state in marks.items() if step >= seen - CHECK_EVERY} | {seen: stopper.state()}
    return chosen_canvas(preset, snapshot, stopper)


def _taken_back(problem: Problem, preset: Preset, seed: int, state: dict | None) -> Stopper:
    stopper = build_stopper(problem, preset, seed)
    if state:
        stopper.load_state(state)
    return stopper


def as_fitted(problem: Problem, preset: Preset, seed: int) -> Problem:
    """Return the problem as the fit is to see it: without what its stopping rule withholds."""
    return RULES[preset.stop].as_fitted(problem, seed)


def chosen_canvas(preset: Preset, snapshot, stopper: Stopper) -> np.ndarray:
    """Return the canvas, [C, *problem.canvas], that a fit would end on now: the stopper's choice, else the snapshot's."""
    return current_canvas(preset, snapshot) if stopper.canvas is None else _finite(stopper.canvas, snapshot)


def current_canvas(preset: Preset, snapshot) -> np.ndarray:
    """Return the canvas of a snapshot, [C, *problem.canvas]: average or iterate; raises ArithmeticError where it has diverged."""
    return _finite(snapshot.canvas("average" if preset.average == "ema" else preset.final_input), snapshot)


def _finite(canvas: np.ndarray, snapshot) -> np.ndarray:
    if not np.isfinite(canvas).all():
        raise FitError(f"the fit diverged: its output isn't finite after {snapshot.step} steps; try another --seed")
    return canvas


def finish(problem: Problem, preset: Preset, canvas: np.ndarray) -> np.ndarray:
    """Return the image that a canvas, [C, *problem.canvas], amounts to: float64 [C, H, W] in [0, 1].

    It is enlarged, clipped, and, where the image was shrunk, refined; the known pixels are put back, as the preset says.
    """
    image = problem.enlarged(canvas)
    image = image.clip(0, 1) if problem.exact is None else refined(image, problem, preset)
    if preset.keep_known and problem.known is not None:
        image = problem.known * problem.observation + (1 - problem.known) * image
    return image
