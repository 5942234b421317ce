"""What a fit is optimised with, by the preset's name: one class a file. What needs no framework: paddle_dip.problem.optimisers."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import paddle

from paddle_dip.problem.presets import Preset
from paddle_dip.solver.optimisers.adam import Adam
from paddle_dip.solver.optimisers.lbfgs import LBFGS
from paddle_dip.solver.optimisers.soap import SOAP


class Optimiser(Protocol):
    """What changes the parameters that it was made with, {name: tensor}, in place."""

    def step(self, loss: paddle.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""

    def state(self) -> dict[str, np.ndarray]:
        """Return all that it needs to go on, once it has stepped, as arrays named "OPTIMISER/WHAT/PARAMETER"."""

    def load_state(self, state: dict[str, np.ndarray]) -> None:
        """Go on from a `state`; raises InputError where names don't fit. Call it before the first step."""


CLASSES: dict[str, Callable[[dict[str, paddle.Tensor], Preset], Optimiser]] = {"adam": Adam, "lbfgs": LBFGS, "soap": SOAP}


def build_optimiser(parameters: dict[str, paddle.Tensor], preset: Preset) -> Optimiser:
    """Return the preset's optimiser of `parameters`, {name: tensor}."""
    return CLASSES[preset.optimiser](parameters, preset)
