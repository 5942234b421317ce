"""Every operator is the same in NumPy, Paddle and PyTorch, and its gradient the adjoint: odd sizes that catch swapped axes."""

from dataclasses import replace

import numpy as np
import paddle
import pytest
import torch

from paddle_dip.problem.convolution import KernelBlur
from paddle_dip.problem.resampling import pillow_resize
from paddle_dip.problem.tasks import Problem
from paddle_dip.solver import operators as ours
from paddle_dip.trained.problem.blurs import blur_kernel
from torch_ref import operators as theirs

SIZE, CANVAS = (37, 31), (19, 16)
MOTION = np.diag([0.4, 0.3, 0.2, 0.1, 0.0])[:, 1:4]  # 5x3, and not the same when turned round
OPERATORS = {
    "shrink": pillow_resize(SIZE, (5, 4)),
    "motion": KernelBlur(MOTION),
    "disk": KernelBlur(blur_kernel("disk", 2.0)),
    "none": None,
}
DRAW = np.random.default_rng(0)
IMAGE = DRAW.random((3, *SIZE))


def problem(name: str, *, lifted: bool) -> Problem:
    whole = Problem(IMAGE.astype(np.float32), SIZE, operator=OPERATORS[name])
    return replace(whole, canvas=CANVAS, lift=pillow_resize(CANVAS, SIZE)) if lifted else whole


def in_numpy(task: Problem, canvas: np.ndarray) -> np.ndarray:
    return task.operator(task.enlarged(canvas)) if task.operator else task.enlarged(canvas)


def in_paddle(task: Problem, canvas: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = paddle.to_tensor(canvas, stop_gradient=False)
    observed = ours.observe(task, dtype="float64")(x)
    (observed * paddle.to_tensor(y)).sum().backward()
    return observed.numpy(), x.grad.numpy()


def in_torch(task: Problem, canvas: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x = torch.tensor(canvas, requires_grad=True)
    observed = theirs.observe(task, dtype="float64")(x)
    (observed * torch.tensor(y)).sum().backward()
    return observed.detach().numpy(), x.grad.numpy()


@pytest.mark.parametrize("lifted", [False, True])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_three_are_one_and_the_gradient_is_the_adjoint(name, lifted):
    task = problem(name, lifted=lifted)
    canvas = DRAW.random((1, 3, *task.canvas))
    expected = in_numpy(task, canvas)
    assert task.operator is None or expected.shape[2:] == task.operator.output_size(SIZE)
    y = DRAW.standard_normal(expected.shape)
    for observed, gradient in (in_paddle(task, canvas, y), in_torch(task, canvas, y)):
        np.testing.assert_allclose(observed, expected, atol=1e-13)
        # <A x, y> = <x, A' y> for a linear A, and any x.
        assert (observed * y).sum() == pytest.approx((canvas * gradient).sum(), rel=1e-10)
        other = DRAW.random(canvas.shape)
        assert (in_numpy(task, other) * y).sum() == pytest.approx((other * gradient).sum(), rel=1e-10)


def test_both_sides_know_the_same_operators():
    assert ours._TWINS.keys() == theirs._TWINS.keys()
