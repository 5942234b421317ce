"""How far what a canvas predicts is from the observation: what two of the stopping rules look at."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from paddle_dip.problem.tasks import Problem


def observed_error(problem: "Problem", canvas: np.ndarray, chosen: np.ndarray | float = 1.0) -> float:
    """Return the mean squared error of what a canvas predicts for the known pixels that are `chosen`, [1, h, w]."""
    image = problem.enlarged(canvas)
    predicted = problem.operator(image) if problem.operator else image
    weight = np.broadcast_to(chosen * known_weight(problem), predicted.shape)
    return float((weight * (predicted - problem.observation) ** 2).sum() / weight.sum())


def known_weight(problem: "Problem") -> np.ndarray:
    """Return how much of each observed pixel is known, float32 [1, h, w] in [0, 1]."""
    return np.ones((1, *problem.observation.shape[1:]), np.float32) if problem.known is None else problem.known
