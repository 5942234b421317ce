"""Operation counts: the published one, how they scale, and that no network's convolution is forgotten."""

import pytest

from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.networks import NETWORKS, DeepDecoderConfig, HourglassConfig, SkipConfig, UNetConfig

NARROW = SkipConfig(down=(64,) * 5, up=(64,) * 5)
SIDE = 64


def test_the_papers_network_takes_0_46_tflop_a_step_at_512():
    assert step_flops(SkipConfig(), 512, 512) == pytest.approx(0.460e12, rel=2e-3)


def test_half_the_side_is_a_quarter_and_half_the_width_about_as_much():
    assert step_flops(SkipConfig(), 512, 512) == 4 * step_flops(SkipConfig(), 256, 256)
    assert step_flops(SkipConfig(), 512, 512) / step_flops(NARROW, 512, 512) == pytest.approx(3.83, rel=0.01)


@pytest.mark.parametrize("name", NETWORKS)
def test_four_times_the_pixels_are_four_times_the_work(name):
    assert step_flops(NETWORKS[name], 256, 128) == 4 * step_flops(NETWORKS[name], 128, 64)


@pytest.mark.parametrize(
    "config",
    [
        SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 0), input_depth=5),
        SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 2), down_kernel=5, up_kernel=1, up_1x1=False, upsampling="transposed"),
        SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 2), downsampling="avg", upsampling=("nearest", "transposed")),
        SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 2), downsampling="lanczos2"),
        SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 0), up_grid="coarse", upsampling=("transposed", "nearest")),
        HourglassConfig(down=(4, 6, 16), up=(8, 12), skip=(0, 2)),
        HourglassConfig(kind="transposed", down=(4, 6, 10), up=(5, 9), skip=(0, 3)),
        UNetConfig(widths=(6, 8, 10)),
        UNetConfig(widths=(6, 8), upsampling="nearest"),
        DeepDecoderConfig(width=8, scales=3, input_depth=5),
    ],
    ids=lambda config: type(config).__name__,
)
def test_every_convolution_of_the_built_network_is_counted(config):
    counted = sum(c.inputs * c.outputs * c.kernel**2 * c.places for c in config.convolutions(SIDE, SIDE))
    assert counted == multiply_adds(config)


def multiply_adds(config) -> int:
    """Multiply-adds of a forward pass, by the tensors that pass a real network's convolutions."""
    import paddle
    from paddle import nn

    from paddle_dip.solver.layers import Lanczos
    from paddle_dip.solver.networks import build_network

    found = []

    def count(layer, inputs, output):
        if isinstance(layer, Lanczos):
            found.append(output.size * 8 * 8)
        elif isinstance(layer, nn.Conv2DTranspose):
            found.append(inputs[0].size * layer.weight[0].size)
        else:
            found.append(output.size * layer.weight[0].size)

    network = build_network(config, 3, dtype="float64")  # float64: the plain layers
    for layer in network.sublayers():
        if isinstance(layer, Lanczos | nn.Conv2D | nn.Conv2DTranspose):
            layer.register_forward_post_hook(count)
    network(paddle.rand(config.input_shape(SIDE, SIDE), dtype="float64"))
    return sum(found)
