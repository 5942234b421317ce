"""The reference's LBFGS, after some steps of Adam."""

import numpy as np
import torch

from paddle_dip.problem.presets import Preset
from torch_ref.state import read_moments, write_moments

Arrays = dict[str, np.ndarray]
# Of the LBFGS's state, Paddle's name: torch's. Vectors over all parameters, lists of those, numbers.
_VECTORS = {"d": "d", "prev_flat_grad": "prev_flat_grad"}
_LISTS = {"old_yk": "old_dirs", "old_sk": "old_stps", "ro": "ro"}
_NUMBERS = {"alpha": "t", "H_diag": "H_diag", "prev_loss": "prev_loss", "n_iter": "n_iter"}


class LBFGS:
    """Adam for the preset's `warm_up` steps, then LBFGS, over `parameters`, {name: tensor}; it sets them in place."""

    def __init__(self, parameters: dict[str, torch.Tensor], preset: Preset):
        self._parameters, self._preset = parameters, preset
        self._learnt = list(parameters.values())
        self._adam = torch.optim.Adam(self._learnt, preset.learning_rate)
        # One iteration a step and no test for convergence: as the reference's one call of many iterations.
        self._lbfgs = torch.optim.LBFGS(
            self._learnt, max_iter=1, tolerance_grad=-1.0, tolerance_change=-1.0, history_size=preset.history
        )

    def step(self, loss: torch.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""
        rate = self._preset.learning_rate_at(step)
        if step < self._preset.warm_up:
            self._adam.param_groups[0]["lr"] = rate
            self._adam.step()
        else:
            self._lbfgs.param_groups[0]["lr"] = rate
            self._lbfgs.step(lambda: loss)
        self._adam.zero_grad()

    def state(self) -> Arrays:
        """Return "adam/MOMENT/NAME" arrays, and "lbfgs/..." once that has stepped, under Paddle's names."""
        return read_moments(self._parameters, self._adam) | self._curvature()

    def _curvature(self) -> Arrays:
        known = self._lbfgs.state[self._learnt[0]]
        if "d" not in known:
            return {}
        numbers = {name: np.array(float(known[key])) for name, key in _NUMBERS.items()}
        lists = {name: np.array([value.cpu().numpy() for value in known[key]]) for name, key in _LISTS.items()}
        arrays = numbers | lists | {name: known[key].cpu().numpy().copy() for name, key in _VECTORS.items()}
        return {f"lbfgs/{name}": value for name, value in arrays.items()}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises ValueError where names don't fit. Call it before the first step."""
        steps = np.array(min(int(state["step"]), self._preset.warm_up))
        write_moments(self._parameters, self._adam, state | {"step": steps})
        known = {name.removeprefix("lbfgs/"): value for name, value in state.items() if name.startswith("lbfgs/")}
        if not known:
            return
        kind, device = known["d"].dtype, self._learnt[0].device
        lists = {key: [torch.tensor(value, device=device) for value in known[name].astype(kind)] for name, key in _LISTS.items()}
        vectors = {key: torch.tensor(known[name], device=device) for name, key in _VECTORS.items()}
        numbers = {key: float(known[name]) for name, key in _NUMBERS.items()}
        counts = {"n_iter": int(numbers["n_iter"]), "func_evals": int(numbers["n_iter"])}
        self._lbfgs.state[self._learnt[0]].update(lists | vectors | numbers | counts)
