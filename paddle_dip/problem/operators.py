"""What an operator is: how an image became an observation, as a fit's loss, stoppers and refinement see it."""

from typing import Protocol

import numpy as np


class Operator(Protocol):
    """A degradation, in NumPy. On tensors it is what paddle_dip.solver.operators and torch_ref.operators make of its class."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the observation, float64 [..., h, w], of an image, [..., H, W]."""
        ...

    def output_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return height and width of the observation of an image of that `size`."""
        ...
