"""The reference's LBFGS, after some steps of Adam."""

from typing import Any

import numpy as np
import paddle

from paddle_dip.problem.presets import Preset
from paddle_dip.solver.state import read_moments, write_moments

Arrays = dict[str, np.ndarray]
# Of the LBFGS's state, under Paddle's names: vectors over all parameters, lists of those, numbers.
_VECTORS = ("d", "prev_flat_grad")
_LISTS = ("old_yk", "old_sk", "ro")
_NUMBERS = ("alpha", "H_diag", "prev_loss", "n_iter")


class LBFGS:
    """Adam for the preset's `warm_up` steps, then LBFGS, over `parameters`, {name: tensor}; it sets them in place."""

    def __init__(self, parameters: dict[str, paddle.Tensor], preset: Preset):
        self._parameters, self._preset = parameters, preset
        learnt = list(parameters.values())
        self._adam = paddle.optimizer.Adam(preset.learning_rate, parameters=learnt)
        # One iteration a step and no test for convergence: as the reference's one call of many iterations.
        self._lbfgs = paddle.optimizer.LBFGS(
            parameters=learnt, max_iter=1, tolerance_grad=-1.0, tolerance_change=-1.0, history_size=preset.history
        )
        self._known: dict[str, Any] = self._lbfgs.state  # Paddle lets its type be guessed, wrongly

    def step(self, loss: paddle.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""
        rate = self._preset.learning_rate_at(step)
        if step < self._preset.warm_up:
            self._adam.set_lr(rate)
            self._adam.step()
        else:
            self._lbfgs.learning_rate = rate
            self._lbfgs.step(lambda: loss)
            self._known["alpha"] = float(self._known["alpha"])  # a tensor at first, of which Paddle's next step warns
        self._adam.clear_grad()

    def state(self) -> Arrays:
        """Return "adam/MOMENT/NAME" arrays, and "lbfgs/..." once that has stepped."""
        return read_moments(self._parameters, self._adam) | self._curvature()

    def _curvature(self) -> Arrays:
        known = self._known
        if "d" not in known:
            return {}
        numbers = {name: np.array(float(known[name])) for name in _NUMBERS}
        lists = {name: np.array([value.numpy() for value in known[name]]) for name in _LISTS}
        arrays = numbers | lists | {name: known[name].numpy() for name in _VECTORS}
        return {f"lbfgs/{name}": value for name, value in arrays.items()}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises ValueError where names don't fit. Call it before the first step."""
        write_moments(self._parameters, self._adam, state)
        known = {name.removeprefix("lbfgs/"): value for name, value in state.items() if name.startswith("lbfgs/")}
        if not known:
            return
        kind = known["d"].dtype
        lists = {name: [paddle.to_tensor(value) for value in known[name].astype(kind)] for name in _LISTS}
        vectors = {name: paddle.to_tensor(known[name]) for name in _VECTORS}
        numbers = {name: float(known[name]) for name in _NUMBERS}
        scale = {"H_diag": paddle.to_tensor(numbers["H_diag"], dtype=kind.name), "n_iter": int(numbers["n_iter"])}
        self._known.update(lists | vectors | numbers | scale | {"func_evals": int(numbers["n_iter"])})
