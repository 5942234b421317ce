"""The loss by hand: what holes and total variation add to it."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.problem.task_table import task_preset
from paddle_dip.solver.loss import misfit, total_variation

PRESET = task_preset("denoise", "fast")
X, Y = (np.random.default_rng(n).random((1, 3, 5, 4)) for n in (0, 1))
KNOWN = np.random.default_rng(2).random((1, 1, 5, 4))


@pytest.mark.parametrize(("kind", "pool"), [("mean", np.mean), ("sum", np.sum)])
def test_misfit(kind, pool):
    x, y, known = (paddle.to_tensor(v) for v in (X, Y, KNOWN))
    assert float(misfit(x, y, None, kind)) == pytest.approx(pool((X - Y) ** 2))
    assert float(misfit(x, y, known, kind)) == pytest.approx(pool((KNOWN * (X - Y)) ** 2))


def test_nothing_is_learnt_from_a_hole():
    x = paddle.to_tensor(X)
    x.stop_gradient = False
    known = np.ones((1, 1, 5, 4))
    known[..., 2, 1] = 0
    misfit(x, paddle.to_tensor(Y), paddle.to_tensor(known), "sum").backward()
    assert not x.grad.numpy()[..., 2, 1].any() and x.grad.numpy()[..., 2, 2].all()


@pytest.mark.parametrize("beta", [0.5, 1.0])
def test_total_variation(beta):
    down, right = X[:, :, 1:, :-1] - X[:, :, :-1, :-1], X[:, :, :-1, 1:] - X[:, :, :-1, :-1]
    preset = replace(PRESET, tv_weight=0.1, tv_beta=beta)
    assert float(total_variation(paddle.to_tensor(X), preset)) == pytest.approx(0.1 * ((down**2 + right**2) ** beta).sum())


def test_a_flat_picture_has_a_gradient():
    x = paddle.ones([1, 1, 4, 4])
    x.stop_gradient = False
    total_variation(x, replace(PRESET, tv_weight=1.0)).backward()
    assert np.isfinite(x.grad.numpy()).all()
