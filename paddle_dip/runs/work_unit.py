"""The unit of work: one fit of one tile of one image with one seed, which can be left and resumed with the same bits."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import FitError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import Stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.canvas import as_fitted, chosen_canvas
from paddle_dip.runs.divergence import guarded
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.progress import quiet
from paddle_dip.runs.work_unit_state import UnitState


@dataclass(frozen=True)
class Unit:
    """A fit to make. checkpoint: the file for its state, None: it can't be resumed; checkpoint_seconds: of work between two."""

    title: str
    problem: Problem
    preset: Preset
    seed: int = 0
    dtype: str = "float32"
    checkpoint: Path | None = None
    checkpoint_seconds: float = 10.0


@dataclass(frozen=True)
class UnitResult:
    """The canvas a fit ended on, [C, *problem.canvas]; seconds: of work, those before it was resumed too."""

    canvas: np.ndarray
    steps: int
    seconds: float
    resumed_at_step: int


@dataclass(frozen=True)
class UnitSnapshot:
    """What observers are shown after each step: the fit's snapshot, and what the unit would end on now. over: it does."""

    fit: Any
    over: bool
    _preset: Preset
    _stopper: Stopper

    @property
    def step(self) -> int:
        return self.fit.step

    def loss(self) -> float:
        return self.fit.loss()

    def canvas(self, kind: str) -> np.ndarray:
        """Return a canvas of the fit, see paddle_dip.solver.fit.Snapshot."""
        return self.fit.canvas(kind)

    def chosen_canvas(self) -> np.ndarray:
        """Return the canvas, [C, *problem.canvas], that the unit would end on now; raises FitError where it has diverged."""
        return chosen_canvas(self._preset, self.fit, self._stopper)


def run_unit(
    unit: Unit,
    *,
    fit: Callable[..., Iterator],
    interrupted: Interrupted = lambda: 0,
    observers: Sequence[Callable[[UnitSnapshot], None]] = (),
    progress: Callable = quiet,
) -> UnitResult:
    """Make a fit, from its checkpoint on where there is one, guarded against divergence: see paddle_dip.runs.divergence.

    observers: called with each snapshot. What they can't draw of a fit that has diverged, a FitError, is left out: it goes back
    soon. One that remembers has `state`, JSON-ready, and `load_state`, and is taken back and resumed with the fit. progress:
    paddle_dip.runs.progress.track, or its like. Raises KeyboardInterrupt, a checkpoint written, when `interrupted` says so;
    FitError where the fit fails again and again; InputError for a checkpoint that isn't this unit's.
    """
    state = UnitState(unit, observers)
    snapshots = guarded(
        fit,
        as_fitted(unit.problem, unit.preset),
        unit.preset,
        seed=unit.seed,
        dtype=unit.dtype,
        say=lambda words: print(f"{unit.title}: {words}", file=sys.stderr),
        state=state.load(),
        guard=state.guard,
    )
    with progress(unit.title, unit.preset.steps, start=state.log.resumed_at_step) as show:
        for snapshot in snapshots:
            over = state.follow(snapshot)
            shown = UnitSnapshot(snapshot, over, unit.preset, state.stopper)
            for observer in (show, *observers):
                with suppress(FitError):
                    observer(shown)
            if over:
                break  # nothing is left to resume
            state.keep(snapshot, stop=bool(interrupted()))
    return UnitResult(shown.chosen_canvas(), shown.step, state.seconds(), state.log.resumed_at_step)
