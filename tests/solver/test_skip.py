"""The skip network: its size is its identity, its output the image's."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.problem.networks import SkipConfig
from paddle_dip.solver.networks import build_network, trainable_parameters

SMALL = SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(2,) * 3, input_depth=4)


@pytest.mark.parametrize(("channels", "count"), [(3, 2_217_831), (1, 2_217_573)])
def test_has_the_references_number_of_parameters(channels, count):
    assert trainable_parameters(build_network(SkipConfig(), channels)) == count


def test_has_the_references_layers():
    layers = build_network(SkipConfig(), 3).sublayers()
    assert sum(isinstance(layer, paddle.nn.Conv2D) for layer in layers) == 26
    assert sum(isinstance(layer, paddle.nn.BatchNorm2D) for layer in layers) == 30


@pytest.mark.parametrize("size", [(16, 16), (24, 40)])
@pytest.mark.parametrize("pad", ["reflect", "replicate"])
def test_paints_an_image_of_the_inputs_size(size, pad):
    network = build_network(replace(SMALL, pad=pad), 3)
    image = network(paddle.rand([1, 4, *size]))
    assert image.shape == [1, 3, *size]
    assert float(image.min()) > 0 and float(image.max()) < 1


def test_scales_may_differ_in_width_and_lack_a_skip():
    config = SkipConfig(down=(4, 8, 16), up=(6, 8, 10), skip=(0, 2, 4), input_depth=3)
    assert build_network(config, 1)(paddle.rand([1, 3, 16, 24])).shape == [1, 1, 16, 24]


def test_same_seed_same_weights_other_seed_others():
    first, same, other = (build_network(SMALL, 3, seed=seed).head.weight.numpy() for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_initialisation_law_reaches_every_convolution():
    networks = {law: build_network(SMALL, 3, initialisation=law) for law in ("torch", "paddle")}
    for name, weight in networks["torch"].named_parameters():
        if "conv" in name and name.endswith("weight"):
            bound = 1 / np.prod(weight.shape[1:]) ** 0.5
            assert np.abs(weight.numpy()).max() <= bound * (1 + 1e-6)
    biases = [p.numpy() for name, p in networks["paddle"].named_parameters() if "conv.bias" in name]
    assert biases and not any(bias.any() for bias in biases)


def test_every_trainable_parameter_gets_a_gradient():
    network = build_network(SMALL, 3, dtype="float64")
    network(paddle.rand([1, 4, 24, 16], dtype="float64")).square().mean().backward()
    for name, parameter in network.named_parameters():
        # A bias in front of BatchNorm has the true gradient 0.
        if not parameter.stop_gradient and not name.endswith("conv.bias"):
            assert np.abs(parameter.grad.numpy()).max() > 0, name
