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


class HeldOut(Least):
    """Returns the average, of every tenth step, that predicts pixels best which the fit didn't see."""

    every = 10
    withholds = True

    @classmethod
    def as_fitted(cls, problem: "Problem", seed: int) -> "Problem":
        """Return the problem with some of its known pixels withheld from the fit."""
        return replace(problem, known=known_weight(problem) * ~_withheld(problem, seed))

    def _signal(self, snapshot) -> float:
        return observed_error(self._problem, snapshot.canvas("average"), _withheld(self._problem, self._seed))


def _withheld(problem: "Problem", seed: int) -> np.ndarray:
    return held_out_pixels(known_weight(problem), HELD_OUT, seed)
