"""Stop where pixels that the fit doesn't see are predicted best: the rule "held-out"."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from paddle_dip.problem.randomness import held_out_pixels
from paddle_dip.problem.stopping.observed_error import known_weight, observed_error
from paddle_dip.problem.stopping.rule import Least

if TYPE_CHECKING:
    from paddle_dip.problem.tasks import Problem

HELD_OUT = 0.03  # of the observation's pixels
_SEED = 0  # the same pixels for all members of an ensemble: so none of them has seen them


class HeldOut(Least):
    """Returns the average, of every tenth step, that predicts pixels best which the fit didn't see."""

    every = 10
    withholds = True

    @classmethod
    def as_fitted(cls, problem: "Problem") -> "Problem":
        """Return the problem with some of its known pixels withheld from the fit."""
        return replace(problem, known=known_weight(problem) * ~withheld_pixels(problem))

    def _signal(self, snapshot) -> float:
        return observed_error(self._problem, snapshot.canvas("average"), withheld_pixels(self._problem))


def withheld_pixels(problem: "Problem") -> np.ndarray:
    """Return which of the known pixels the rule keeps from a fit: boolean [1, h, w]."""
    return held_out_pixels(known_weight(problem), HELD_OUT, _SEED)
