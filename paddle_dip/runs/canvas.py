"""What a fit is given, and which of its canvases it ends on."""

import numpy as np

from paddle_dip.errors import FitError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import RULES, Stopper
from paddle_dip.problem.tasks import Problem


def as_fitted(problem: Problem, preset: Preset) -> Problem:
    """Return the problem as the fit is to see it: without the pixels that the stopper keeps for itself."""
    return RULES[preset.stop].as_fitted(problem)


def chosen_canvas(preset: Preset, snapshot, stopper: Stopper) -> np.ndarray:
    """Return the canvas, [C, *problem.canvas], that a fit would end on now: the stopper's choice, else the snapshot's."""
    return current_canvas(preset, snapshot) if stopper.canvas is None else _finite(stopper.canvas, snapshot)


def current_canvas(preset: Preset, snapshot) -> np.ndarray:
    """Return the canvas of a snapshot, [C, *problem.canvas]: average or iterate; raises FitError where it has diverged."""
    return _finite(snapshot.canvas("average" if preset.average == "ema" else preset.final_input), snapshot)


def _finite(canvas: np.ndarray, snapshot) -> np.ndarray:
    if not np.isfinite(canvas).all():
        raise FitError(f"the fit diverged: its output isn't finite after {snapshot.step} steps; try another seed")
    return canvas
