"""The laws of initial weights that we draw by are the frameworks' own."""

import numpy as np
import paddle
import pytest
import torch

from paddle_dip.problem.networks import HourglassConfig
from paddle_dip.problem.randomness import initial_weights
from paddle_dip.solver.networks import build_network as build_paddle
from torch_ref.networks import build_network as build_torch

SHAPE, FAN_IN = (128, 64, 3, 3), 64 * 9
TRANSPOSED = HourglassConfig(kind="transposed", down=(8, 24), up=(10,), skip=(0,))


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


@pytest.mark.parametrize("law", ["torch", "paddle"])
def test_a_transposed_convolution_starts_as_the_frameworks_own(law):
    """[in, out, k, k]: torch takes out * k * k for the fan in; Paddle has another law for these than for convolutions."""
    if law == "torch":
        torch.manual_seed(0)
        own = torch.nn.ConvTranspose2d(24, 10, 4)
        built, weight, bias = build_torch(TRANSPOSED, 3), own.weight.detach().numpy(), own.bias.detach().numpy()
        ours, our_bias = built.ups[0].conv.weight.detach().numpy(), built.ups[0].conv.bias.detach().numpy()
    else:
        paddle.seed(0)
        own = paddle.nn.Conv2DTranspose(24, 10, 4)
        built, weight, bias = build_paddle(TRANSPOSED, 3, initialisation="paddle"), own.weight.numpy(), own.bias.numpy()
        ours, our_bias = built.ups[0].conv.weight.numpy(), built.ups[0].conv.bias.numpy()
    assert ours.shape == weight.shape
    bound = 1 / np.sqrt(10 * 16) if law == "torch" else np.sqrt(6 / (10 * 16 + 24 * 16))
    for values in (ours, weight):
        assert 0.99 * bound < np.abs(values).max() <= bound * (1 + 1e-6)
        assert values.std() == pytest.approx(bound / np.sqrt(3), rel=0.03)  # uniform; 3,840 values
    for values in (our_bias, bias):
        assert np.abs(values).max() <= (bound * (1 + 1e-6) if law == "torch" else 0)


def test_torchs_law_is_six_times_narrower_in_variance():
    torchs, paddles = (initial_weights(SHAPE, FAN_IN, 0, 0, law=law, is_bias=False) for law in ("torch", "paddle"))
    assert paddles.var() / torchs.var() == pytest.approx(6, rel=0.02)
