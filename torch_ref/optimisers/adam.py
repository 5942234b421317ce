"""Adam, the framework's own, at the preset's learning rate."""

import numpy as np
import torch

from paddle_dip.problem.presets import Preset
from torch_ref.state import read_moments, write_moments

Arrays = dict[str, np.ndarray]


class Adam:
    """Adam over `parameters`, {name: tensor}; it sets them in place."""

    def __init__(self, parameters: dict[str, torch.Tensor], preset: Preset):
        self._parameters, self._preset = parameters, preset
        self._adam = torch.optim.Adam(list(parameters.values()), preset.learning_rate)

    def step(self, loss: torch.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""
        self._adam.param_groups[0]["lr"] = self._preset.learning_rate_at(step)
        self._adam.step()
        self._adam.zero_grad()

    def state(self) -> Arrays:
        """Return "adam/MOMENT/NAME" arrays."""
        return read_moments(self._parameters, self._adam)

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises InputError where names don't fit. Call it before the first step."""
        write_moments(self._parameters, self._adam, state)
