"""SOAP as its paper has it, one parameter at a time, slow and in float64: what the frameworks' is held against."""

import numpy as np

from paddle_dip.problem.presets import Preset


class PlainSOAP:
    """Vyas et al., 2024, algorithms 3 and 4, with bias correction, on a copy of `value` of any shape."""

    def __init__(self, value: np.ndarray, preset: Preset):
        self.value, self._preset, self._steps = value.astype(np.float64), preset, 0
        self._first, self._second = np.zeros(value.shape), np.zeros(value.shape)
        wide = value.ndim < 2
        self._axes = [] if wide else [a for a, side in enumerate(value.shape) if side <= preset.soap_largest_side]
        self._statistics = {axis: np.zeros([value.shape[axis]] * 2) for axis in self._axes}
        self._bases: dict[int, np.ndarray] | None = None

    def step(self, gradient: np.ndarray) -> None:
        """Take one step; the first only finds the bases."""
        gradient, p = gradient.astype(np.float64), self._preset
        if self._bases is None:
            self._look(gradient)
            self._bases = {axis: np.linalg.eigh(s)[1][:, ::-1] for axis, s in self._statistics.items()}
            return
        self._steps += 1
        self._first = p.soap_beta1 * self._first + (1 - p.soap_beta1) * gradient
        self._second = p.soap_beta2 * self._second + (1 - p.soap_beta2) * self._projected(gradient) ** 2
        first = self._projected(self._first) / (1 - p.soap_beta1**self._steps)
        second = self._second / (1 - p.soap_beta2**self._steps)
        self.value = self.value - p.learning_rate * self._projected_back(first / (np.sqrt(second) + p.soap_epsilon))
        self._look(gradient)
        if self._steps % p.soap_renewal == 0:
            self._renew()

    def _look(self, gradient: np.ndarray) -> None:
        for axis in self._axes:
            others = [a for a in range(gradient.ndim) if a != axis]
            product, decay = np.tensordot(gradient, gradient, (others, others)), self._preset.soap_decay
            self._statistics[axis] = decay * self._statistics[axis] + (1 - decay) * product

    def _renew(self) -> None:
        for axis in self._axes:
            power, basis = self._statistics[axis] @ self._bases[axis], self._bases[axis]
            order = np.argsort(-np.diagonal(basis.T @ power))
            self._bases[axis] = np.linalg.qr(power[:, order])[0]
            self._second = np.take(self._second, order, axis)

    def _projected(self, x: np.ndarray) -> np.ndarray:
        for axis, basis in self._bases.items():
            x = np.moveaxis(np.tensordot(basis.T, x, (1, axis)), 0, axis)
        return x

    def _projected_back(self, x: np.ndarray) -> np.ndarray:
        for axis, basis in self._bases.items():
            x = np.moveaxis(np.tensordot(basis, x, (1, axis)), 0, axis)
        return x
