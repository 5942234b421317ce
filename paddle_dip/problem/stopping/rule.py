"""What stopping rules have in common, and the one that never stops."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from paddle_dip.errors import InputError

if TYPE_CHECKING:
    from paddle_dip.problem.presets import Preset
    from paddle_dip.problem.tasks import Problem

Arrays = dict[str, np.ndarray]
_WARM_UP = 0.2  # of the steps: a minimum before that is the start's, not the image's


class Stopper:
    """Follows one fit. `canvas` and `step` are what to return: the moving average at the best moment so far.

    A canvas of None is the fit's own last one. A rule says what it looks at (`_signal`) and when it ends the fit (`_ends`).
    """

    # Steps between two looks; None: it never looks. An average moves little in ten steps, and each look copies it from the device.
    every: ClassVar[int | None] = 1
    needs: ClassVar[str] = ""  # in words, what a problem must have that it `follows`
    withholds: ClassVar[bool] = False  # it keeps pixels from the fit, which so needs to be its own; others only look on

    def __init__(self, problem: "Problem", preset: "Preset", seed: int = 0):
        if not self.follows(problem):
            raise InputError(f"stop {preset.stop} {self.needs}")
        self._problem, self._preset, self._seed = problem, preset, seed
        self._least = np.inf
        self.step = 0
        self.canvas: np.ndarray | None = None

    @classmethod
    def follows(cls, problem: "Problem") -> bool:
        """Return whether the rule has all that it needs to follow a fit to the problem."""
        return True

    @classmethod
    def as_fitted(cls, problem: "Problem", seed: int) -> "Problem":
        """Return the problem as the fit is to see it."""
        return problem

    def done(self, snapshot) -> bool:
        """Take in the snapshot of each step in turn; return whether the fit should end here."""
        if self.every is None or (snapshot.step % self.every and snapshot.step < self._preset.steps):
            return False
        signal = self._signal(snapshot)
        return snapshot.step >= _WARM_UP * self._preset.steps and self._ends(snapshot, signal)

    def _signal(self, snapshot) -> float:
        raise NotImplementedError

    def _ends(self, snapshot, signal: float) -> bool:
        raise NotImplementedError

    def state(self) -> Arrays:
        """Return all that it knows, as named arrays, to go on from."""
        known = {"least": np.array(self._least), "step": np.array(self.step)}
        return known | ({} if self.canvas is None else {"canvas": self.canvas})

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`."""
        self._least, self.step, self.canvas = float(state["least"]), int(state["step"]), state.get("canvas")


class Never(Stopper):
    """Takes all steps and returns the fit's last canvas."""

    every = None


class Least(Stopper):
    """Returns the average where the signal was least, and ends the fit `patience` steps after that."""

    def _ends(self, snapshot, signal: float) -> bool:
        if signal < self._least:
            self._least, self.step, self.canvas = signal, snapshot.step, snapshot.canvas("average")
        return snapshot.step - self.step >= self._preset.patience
