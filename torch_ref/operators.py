"""The degradations on tensors: from what the network paints to what was observed."""

from collections.abc import Callable

import numpy as np
import torch

from paddle_dip.problem.tasks import Problem

Operator = Callable[[torch.Tensor], torch.Tensor]


def observe(problem: Problem, *, dtype: str = "float32") -> Operator:
    """Return the map from a canvas, [1, C, *problem.canvas], to its observation, [1, C, h, w], holes not cut out.

    Enlarging and shrinking are folded into one matrix a pass where nothing clips in between; a clip after the horizontal pass needs
    the full height, so there the vertical enlargement stays apart.
    """
    lift, shrink = problem.lift, problem.operator
    if shrink is None:
        return _linear(lift.rows, lift.columns.T, dtype) if lift else lambda canvas: canvas
    columns = (shrink.columns @ lift.columns).T
    if not shrink.clip:
        return _linear(shrink.rows @ lift.rows, columns, dtype)
    enlarge, rows, columns = (_tensor(matrix, dtype) for matrix in (lift.rows, shrink.rows, columns))

    def clipped(canvas: torch.Tensor) -> torch.Tensor:
        narrow = torch.matmul(enlarge, torch.matmul(canvas, columns)).clip(0, 1)
        return torch.matmul(rows, narrow).clip(0, 1)

    return clipped


def _linear(rows: np.ndarray, columns: np.ndarray, dtype: str) -> Operator:
    left, right = _tensor(rows, dtype), _tensor(columns, dtype)
    return lambda canvas: torch.matmul(left, torch.matmul(canvas, right))


def _tensor(matrix: np.ndarray, dtype: str) -> torch.Tensor:
    return torch.as_tensor(np.ascontiguousarray(matrix), dtype=getattr(torch, dtype))
