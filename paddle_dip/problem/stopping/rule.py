"""What stopping rules have in common, and the one that never stops."""

from abc import ABC, abstractmethod
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

    A canvas of None is the fit's own last one.
    """

    every: ClassVar[int | None] = None  # steps between two looks; None: it never looks
    needs: ClassVar[str] = ""  # in words, what a problem must have that it `follows`
    withholds: ClassVar[bool] = False  # it keeps pixels from the fit, which so needs to be its own; others only look on

    def __init__(self, problem: "Problem", preset: "Preset"):
        if not self.follows(problem):
            raise InputError(f"stop {preset.stop} {self.needs}")
        self._problem, self._preset = problem, preset
        self._least = np.inf
        self.step = 0
        self.canvas: np.ndarray | None = None

    @classmethod
    def follows(cls, problem: "Problem") -> bool:
        """Return whether the rule has all that it needs to follow a fit to the problem."""
        return True

    @classmethod
    def as_fitted(cls, problem: "Problem") -> "Problem":
        """Return the problem as the fit is to see it."""
        return problem

    def done(self, snapshot) -> bool:
        """Take in the snapshot of each step in turn; return whether the fit should end here."""
        return False

    def state(self) -> Arrays:
        """Return all that it knows, as named arrays, to go on from."""
        known = {"least": np.array(self._least), "step": np.array(self.step)}
        return known | ({} if self.canvas is None else {"canvas": self.canvas})

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`."""
        self._least, self.step, self.canvas = float(state["least"]), int(state["step"]), state.get("canvas")


class Never(Stopper):
    """Takes all steps and returns the fit's last canvas."""


class Looking(Stopper, ABC):
    """A rule that looks at the fit: it says at what (`_signal`), and when that ends the fit (`_ends`)."""

    # An average moves little in ten steps, and each look copies it from the device.
    every: ClassVar[int] = 1

    def done(self, snapshot) -> bool:
        """Take in the snapshot of each step in turn; return whether the fit should end here."""
        if snapshot.step % self.every and snapshot.step < self._preset.steps:
            return False
        signal = self._signal(snapshot)
        return snapshot.step >= _WARM_UP * self._preset.steps and self._ends(snapshot, signal)

    @abstractmethod
    def _signal(self, snapshot) -> float:
        """Look at a snapshot."""

    @abstractmethod
    def _ends(self, snapshot, signal: float) -> bool:
        """Return whether the fit ends at this snapshot."""


class Least(Looking):
    """Returns the average where the signal was least, and ends the fit `patience` steps after that."""

    def _ends(self, snapshot, signal: float) -> bool:
        if signal < self._least:
            self._least, self.step, self.canvas = signal, snapshot.step, snapshot.canvas("average")
        return snapshot.step - self.step >= self._preset.patience
