"""Knowing from the outputs alone when to stop: their running variance, least where the image is done and the noise not yet fitted.

Source: Wang et al., "Early Stopping for Deep Image Prior", 2021.
"""

from collections import deque

import numpy as np


class WindowedVariance:
    """The variance of the last outputs (ES-WMV), by running sums: O(1) sums an output, a queue of `window` of them."""

    def __init__(self, window: int = 100):
        self._window = window
        self._queue: deque[np.ndarray] = deque()
        self._sum = self._squares = 0.0

    def add(self, output: np.ndarray) -> float:
        """Take in an output, any shape; return the mean over its values of their variance, infinite until the window is full."""
        output = output.astype(np.float64)
        self._queue.append(output)
        self._sum, self._squares = self._sum + output, self._squares + output**2
        if len(self._queue) > self._window:
            oldest = self._queue.popleft()
            self._sum, self._squares = self._sum - oldest, self._squares - oldest**2
        if len(self._queue) < self._window:
            return np.inf
        return float((self._squares / self._window - (self._sum / self._window) ** 2).mean())


class ExponentialVariance:
    """The exponentially weighted variance of the outputs (ES-EMV): no queue."""

    def __init__(self, alpha: float = 0.1):
        self._alpha = alpha
        self._mean: np.ndarray | None = None
        self._variance = 0.0

    def add(self, output: np.ndarray) -> float:
        """Take in an output, any shape; return the mean over its values of their variance, 0 for the first."""
        if self._mean is None:
            self._mean = output.astype(np.float64)
            return 0.0
        change = output - self._mean
        self._mean = self._mean + self._alpha * change
        self._variance = (1 - self._alpha) * (self._variance + self._alpha * float((change**2).mean()))
        return self._variance
