"""The running variance of a fit's outputs: it falls while the image comes into being and rises as the noise begins to be fitted.

Source: Wang et al., "Early Stopping for Deep Image Prior", 2021.
"""

from collections import deque

import numpy as np


class WindowedVariance:
    """The variance of the last outputs (ES-WMV), by running sums: O(1) sums an output, a queue of `window` of them."""

    def __init__(self, window: int = 100):
        self._window = window
        self._queue: deque[np.ndarray] = deque()

    def add(self, output: np.ndarray) -> float:
        """Take in an output, any shape; return the mean over its values of their variance, infinite until the window is full."""
        self._queue.append(output.astype(np.float64))
        if len(self._queue) == 1:
            self._sum, self._squares = np.zeros(output.shape), np.zeros(output.shape)
        self._count(self._queue[-1], 1)
        if len(self._queue) > self._window:
            self._count(self._queue.popleft(), -1)
        if len(self._queue) < self._window:
            return np.inf
        return float((self._squares / self._window - (self._sum / self._window) ** 2).mean())

    def _count(self, output: np.ndarray, sign: int) -> None:
        self._sum += sign * output
        self._squares += sign * output**2

    def state(self) -> dict[str, np.ndarray]:
        """Return all that it has taken in, as named arrays."""
        return {"queue": np.stack(self._queue), "sum": self._sum, "squares": self._squares} if self._queue else {}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`."""
        if state:
            self._queue = deque(state["queue"])
            self._sum, self._squares = state["sum"].copy(), state["squares"].copy()


class ExponentialVariance:
    """The exponentially weighted variance of the outputs (ES-EMV): no queue."""

    def __init__(self, alpha: float = 0.1):
        self._alpha = alpha
        self._mean: np.ndarray | None = None
        self._variance = 0.0

    def add(self, output: np.ndarray) -> float:
        """Take in an output, any shape; return the mean over its values of their variance, infinite for the first."""
        if self._mean is None:
            self._mean = output.astype(np.float64)
            return np.inf
        change = output - self._mean
        self._mean = self._mean + self._alpha * change
        self._variance = (1 - self._alpha) * (self._variance + self._alpha * float((change**2).mean()))
        return self._variance

    def state(self) -> dict[str, np.ndarray]:
        return {} if self._mean is None else {"mean": self._mean, "variance": np.array(self._variance)}

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        if state:
            self._mean, self._variance = state["mean"], float(state["variance"])
