"""Stop as soon as the average hardly moves: the rule "plateau"."""

import numpy as np

from paddle_dip.problem.stopping.rule import Looking

_PLATEAU = 1e-6  # mean squared change between two looks: 60 dB


class Plateau(Looking):
    """Returns the last average, as soon as it hardly moves."""

    every = 100

    def _signal(self, snapshot) -> float:
        before, self.canvas, self.step = self.canvas, snapshot.canvas("average"), snapshot.step
        return np.inf if before is None else float(((self.canvas - before) ** 2).mean())

    def _ends(self, snapshot, signal: float) -> bool:
        return signal < _PLATEAU
