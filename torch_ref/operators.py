"""The degradations on tensors: from what the network paints to what was observed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from paddle_dip.problem.convolution import KernelBlur
from paddle_dip.problem.resampling import Resize
from paddle_dip.problem.tasks import Problem

Kind = dict[str, Any]  # dtype and device of a tensor
TensorOperator = Callable[[torch.Tensor], torch.Tensor]


def observe(problem: Problem, *, dtype: str = "float32", device: str = "cpu") -> TensorOperator:
    """Return the map from a canvas, [1, C, *problem.canvas], to its observation, [1, C, h, w], holes not cut out.

    It is the lift and then the operator, each as _TWINS has it for its class.
    """
    lift, operator, kind = problem.lift, problem.operator, {"dtype": getattr(torch, dtype), "device": device}
    if isinstance(lift, Resize) and isinstance(operator, Resize):
        return _resized_twice(lift, operator, kind)
    twins = [_TWINS[type(each)](each, kind) for each in (lift, operator) if each is not None]
    return _in_turn(twins)


def _in_turn(twins: list[TensorOperator]) -> TensorOperator:
    def all_of_them(image: torch.Tensor) -> torch.Tensor:
        for twin in twins:
            image = twin(image)
        return image

    return all_of_them


def _resize(operator: Resize, kind: Kind) -> TensorOperator:
    rows, columns = _tensor(operator.rows, kind), _tensor(operator.columns.T, kind)

    def clipped(image: torch.Tensor) -> torch.Tensor:
        return torch.matmul(rows, torch.matmul(image, columns).clip(0, 1)).clip(0, 1)

    return clipped if operator.clip else lambda image: torch.matmul(rows, torch.matmul(image, columns))


def _resized_twice(lift: Resize, shrink: Resize, kind: Kind) -> TensorOperator:
    """Return the one after the other, `lift` not clipping, folded into one matrix a pass where nothing clips in between.

    A clip after the horizontal pass needs the full height, so there the vertical enlargement stays apart.
    """
    columns = shrink.columns @ lift.columns
    if not shrink.clip:
        return _resize(Resize(shrink.rows @ lift.rows, columns), kind)
    narrow, rows = _resize(Resize(lift.rows, columns), kind), _tensor(shrink.rows, kind)
    return lambda canvas: torch.matmul(rows, narrow(canvas).clip(0, 1)).clip(0, 1)


def _blur(operator: KernelBlur, kind: Kind) -> TensorOperator:
    # By Fourier transforms, as paddle_dip.problem.convolution does it: a step with a kernel of 25x25 takes a tenth of the time.
    kernel = _tensor(operator.kernel, kind)
    up, left = (side // 2 for side in operator.kernel.shape)

    def blurred(image: torch.Tensor) -> torch.Tensor:
        padded = F.pad(image, [left, left, up, up], mode="replicate")
        size = tuple(padded.shape[2:])
        product = torch.fft.rfft2(padded) * torch.fft.rfft2(kernel, s=size)
        return torch.fft.irfft2(product, s=size)[:, :, 2 * up :, 2 * left :]

    return blurred


# operator: its twin on tensors.
_TWINS: dict[type, Callable[..., TensorOperator]] = {Resize: _resize, KernelBlur: _blur}


def _tensor(matrix: np.ndarray, kind: Kind) -> torch.Tensor:
    return torch.as_tensor(np.ascontiguousarray(matrix), **kind)
