"""Stop where the outputs' running variance is least: the rules "emv" and "wmv"."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from paddle_dip.problem.stopping.rule import Arrays, Least
from paddle_dip.problem.stopping.variance import ExponentialVariance, WindowedVariance

if TYPE_CHECKING:
    from paddle_dip.problem.presets import Preset
    from paddle_dip.problem.tasks import Problem

_SUBSET = 4096  # pixels whose variance is followed; more tell no more


class _LeastVariance(Least):
    """Returns the average where the running variance of the outputs was least. It needs every output."""

    _law: ClassVar[type[ExponentialVariance | WindowedVariance]]

    def __init__(self, problem: "Problem", preset: "Preset"):
        super().__init__(problem, preset)
        self._variance = self._law()

    def _signal(self, snapshot) -> float:
        output = subset(snapshot.canvas("perturbed"))
        return self._variance.add(output) if np.isfinite(output).all() else np.inf

    def state(self) -> Arrays:
        return super().state() | {f"variance/{name}": value for name, value in self._variance.state().items()}

    def load_state(self, state: Arrays) -> None:
        super().load_state(state)
        self._variance.load_state({n.removeprefix("variance/"): v for n, v in state.items() if n.startswith("variance/")})


class LeastExponentialVariance(_LeastVariance):
    """Its variance is exponentially weighted."""

    _law = ExponentialVariance


class LeastWindowedVariance(_LeastVariance):
    """Its variance is that of the last outputs."""

    _law = WindowedVariance


def subset(canvas: np.ndarray) -> np.ndarray:
    """Return some of the pixels of [C, H, W], evenly spread, always the same."""
    every = max(int(np.sqrt(canvas.shape[1] * canvas.shape[2] / _SUBSET)), 1)
    return canvas[:, ::every, ::every]
