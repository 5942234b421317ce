"""The laws of initial weights that we draw by are the frameworks' own."""

import numpy as np
import paddle
import pytest
import torch

from paddle_dip.problem.randomness import initial_weights

SHAPE, FAN_IN = (128, 64, 3, 3), 64 * 9


def own_layer(framework: str) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of a convolution as the framework starts it."""
    if framework == "torch":
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(64, 128, 3)
        return layer.weight.detach().numpy(), layer.bias.detach().numpy()
    paddle.seed(0)
    layer = paddle.nn.Conv2D(64, 128, 3)
    return layer.weight.numpy(), layer.bias.numpy()


@pytest.mark.parametrize("law", ["torch", "paddle"])
def test_weights_follow_the_frameworks_law(law):
    own, _ = own_layer(law)
    ours = initial_weights(SHAPE, FAN_IN, 0, 0, law=law, is_bias=False)
    assert own.std() == pytest.approx(ours.std(), rel=0.01)  # of 73,728 values
    for percent in (1, 10, 25, 75, 90, 99):
        assert np.percentile(own, percent) == pytest.approx(np.percentile(ours, percent), abs=0.06 * ours.std())
    if law == "torch":
        assert abs(own).max() <= 1 / np.sqrt(FAN_IN) * (1 + 1e-6) and abs(ours).max() <= 1 / np.sqrt(FAN_IN)


@pytest.mark.parametrize("law", ["torch", "paddle"])
def test_biases_follow_the_frameworks_law(law):
    _, own = own_layer(law)
    ours = initial_weights((128,), FAN_IN, 0, 1, law=law, is_bias=True)
    assert own.std() == pytest.approx(ours.std(), rel=0.2)
    assert (own == 0).all() == (ours == 0).all() == (law == "paddle")


def test_torchs_law_is_six_times_narrower_in_variance():
    torchs, paddles = (initial_weights(SHAPE, FAN_IN, 0, 0, law=law, is_bias=False) for law in ("torch", "paddle"))
    assert paddles.var() / torchs.var() == pytest.approx(6, rel=0.02)
