"""The degradation on tensors is the problem's own, and its gradient the adjoint."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.problem.convolution import KernelBlur
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising, super_resolution
from paddle_dip.solver.operators import observe

FAST = super_resolution_preset("fast", 8)


def problem(**changes):
    low = np.random.default_rng(0).random((3, 7, 5)).astype(np.float32)
    return super_resolution(low, 8, replace(FAST, **changes))


@pytest.mark.parametrize("work_scale", [1, 2, 3])
@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("operator", ["pillow", "lanczos2", "box"])
def test_is_the_problems_lift_and_operator(operator, clip, work_scale):
    task = problem(operator=operator, clip=clip, work_scale=work_scale)
    canvas = np.random.default_rng(1).random((1, 3, *task.canvas)) * 2 - 0.5
    expected = task.operator(task.lift(canvas))
    np.testing.assert_allclose(observe(task, dtype="float64")(paddle.to_tensor(canvas)).numpy(), expected, atol=1e-13)


@pytest.mark.parametrize("operator", ["pillow", "lanczos2"])
def test_gradient_is_the_adjoint(operator):
    task = problem(operator=operator, clip=False)
    canvas = paddle.rand([1, 3, *task.canvas], dtype="float64")
    canvas.stop_gradient = False
    observed = observe(task, dtype="float64")(canvas)
    y = paddle.randn(observed.shape, dtype="float64")
    (observed * y).sum().backward()
    # <A x, y> = <x, A' y> for a linear A.
    assert float((observed * y).sum()) == pytest.approx(float((canvas * canvas.grad).sum()), rel=1e-10)


def test_no_gradient_flows_where_the_clip_explains_the_pixel():
    task = problem(clip=True)
    canvas = paddle.full([1, 3, *task.canvas], 1.5, dtype="float64")
    canvas.stop_gradient = False
    observe(task, dtype="float64")(canvas).sum().backward()
    assert not canvas.grad.numpy().any()


@pytest.mark.parametrize("work_scale", [1, 2])
def test_a_blur_is_the_problems_and_its_gradient_the_adjoint(work_scale):
    image = np.random.default_rng(0).random((3, 31, 37)).astype(np.float32)
    kernel = np.random.default_rng(1).random((5, 3))
    task = replace(denoising(image, replace(task_preset("denoise", "fast"), work_scale=work_scale)), operator=KernelBlur(kernel))
    canvas = paddle.rand([1, 3, *task.canvas], dtype="float64")
    canvas.stop_gradient = False
    observed = observe(task, dtype="float64")(canvas)
    np.testing.assert_allclose(observed.numpy(), task.operator(task.enlarged(canvas.numpy())), atol=1e-13)
    y = paddle.randn(observed.shape, dtype="float64")
    (observed * y).sum().backward()
    assert float((observed * y).sum()) == pytest.approx(float((canvas * canvas.grad).sum()), rel=1e-10)
