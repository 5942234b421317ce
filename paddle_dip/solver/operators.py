"""The degradations on tensors: from what the network paints to what was observed."""

from collections.abc import Callable

import numpy as np
import paddle
import paddle.nn.functional as F

from paddle_dip.problem.convolution import KernelBlur
from paddle_dip.problem.resampling import Resize
from paddle_dip.problem.tasks import Problem
from paddle_dip.solver.fast import operators as fast
from paddle_dip.solver.precision import Dtype

TensorOperator = Callable[[paddle.Tensor], paddle.Tensor]


def observe(problem: Problem, *, dtype: Dtype = "float32") -> TensorOperator:
    """Return the map from a canvas, [1, C, *problem.canvas], to its observation, [1, C, h, w], holes not cut out.

    It is the lift and then the operator, each as _TWINS has it for its class.
    """
    lift, operator = problem.lift, problem.operator
    if isinstance(lift, Resize) and isinstance(operator, Resize):
        return _resized_twice(lift, operator, dtype)
    twins = [_TWINS[type(each)](each, dtype) for each in (lift, operator) if each is not None]
    return _in_turn(twins)


def _in_turn(twins: list[TensorOperator]) -> TensorOperator:
    def all_of_them(image: paddle.Tensor) -> paddle.Tensor:
        for twin in twins:
            image = twin(image)
        return image

    return all_of_them


def _resize(operator: Resize, dtype: Dtype) -> TensorOperator:
    rows, columns = _tensor(operator.rows, dtype), _tensor(operator.columns, dtype)

    def resized(image: paddle.Tensor) -> paddle.Tensor:
        if fast.usable(image):
            return fast.resize(image, rows, columns, clip=operator.clip)
        narrow = paddle.matmul(image, columns, transpose_y=True)
        return paddle.matmul(rows, narrow.clip(0, 1)).clip(0, 1) if operator.clip else paddle.matmul(rows, narrow)

    return resized


def _resized_twice(lift: Resize, shrink: Resize, dtype: Dtype) -> TensorOperator:
    """Return the one after the other, `lift` not clipping, folded into one matrix a pass where nothing clips in between.

    A clip after the horizontal pass needs the full height, so there the vertical enlargement stays apart.
    """
    columns = shrink.columns @ lift.columns
    if not shrink.clip:
        return _resize(Resize(shrink.rows @ lift.rows, columns), dtype)
    narrow, rows = _resize(Resize(lift.rows, columns), dtype), _tensor(shrink.rows, dtype)
    return lambda canvas: paddle.matmul(rows, narrow(canvas).clip(0, 1)).clip(0, 1)


def _blur(operator: KernelBlur, dtype: Dtype) -> TensorOperator:
    # By Fourier transforms, as paddle_dip.problem.convolution does it: a step with a kernel of 25x25 takes a tenth of the time.
    kernel = _tensor(operator.kernel, dtype)
    up, left = (side // 2 for side in operator.kernel.shape)

    def blurred(image: paddle.Tensor) -> paddle.Tensor:
        padded = F.pad(image, [left, left, up, up], mode="replicate")
        size = tuple(padded.shape[2:])
        product = paddle.fft.rfft2(padded) * paddle.fft.rfft2(kernel, s=size)
        return paddle.fft.irfft2(product, s=size)[:, :, 2 * up :, 2 * left :]

    return blurred


# operator: its twin on tensors.
_TWINS: dict[type, Callable[..., TensorOperator]] = {Resize: _resize, KernelBlur: _blur}


def _tensor(matrix: np.ndarray, dtype: Dtype) -> paddle.Tensor:
    return paddle.to_tensor(np.ascontiguousarray(matrix), dtype=dtype)
