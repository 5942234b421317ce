"""The building blocks: what shrinks and enlarges keeps constants and means, activations are what they are called."""

import numpy as np
import paddle
import pytest

from paddle_dip.problem.kernels import kernel_1d
from paddle_dip.solver.layers import ConvBlock, Lanczos, convolution, downsample, nonlinearity, upsample


def draw(*shape: int) -> paddle.Tensor:
    return paddle.to_tensor(np.random.default_rng(0).standard_normal(shape))


@pytest.mark.parametrize("name", ["avg", "max", "lanczos2"])
def test_shrinking_halves_and_keeps_constants(name):
    shrink = downsample(name, 3).to(dtype="float64")
    assert shrink(draw(1, 3, 12, 8)).shape == [1, 3, 6, 4]
    np.testing.assert_allclose(shrink(paddle.full([1, 3, 12, 8], 0.7, "float64")).numpy(), 0.7, rtol=1e-14)


@pytest.mark.parametrize("name", ["bilinear", "nearest"])
def test_enlarging_doubles_and_keeps_constants(name):
    enlarge = upsample(name, 3)
    assert enlarge(draw(1, 3, 6, 4)).shape == [1, 3, 12, 8]
    np.testing.assert_allclose(enlarge(paddle.full([1, 3, 6, 4], 0.7, "float64")).numpy(), 0.7, rtol=1e-14)


def test_transposed_convolution_doubles():
    assert upsample("transposed", 3).to(dtype="float64")(draw(1, 3, 6, 4)).shape == [1, 3, 12, 8]


def test_the_lanczos_kernel_is_the_references_and_not_trained():
    layer = Lanczos(2).to(dtype="float64")
    assert not layer.parameters() and not layer.state_dict()
    impulse = np.zeros((1, 2, 16, 16))
    impulse[0, 1, 7, 7] = 1
    response = layer(paddle.to_tensor(impulse)).numpy()
    window = kernel_1d("lanczos2", 2)  # output i reads inputs 2 i - 3 to 2 i + 4
    expected = np.array([window[7 - (2 * i - 3)] if 0 <= 7 - (2 * i - 3) < 8 else 0 for i in range(8)])
    np.testing.assert_allclose(response[0, 1], np.outer(expected, expected), atol=1e-15)
    assert not response[0, 0].any()


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("leaky_relu", lambda x: np.where(x > 0, x, float(np.float32(0.2)) * x)),
        ("relu", lambda x: np.maximum(x, 0)),
        ("swish", lambda x: x / (1 + np.exp(-x))),
        ("elu", lambda x: np.where(x > 0, x, np.exp(x) - 1)),
        ("none", lambda x: x),
    ],
)
def test_activations(name, formula):
    x = draw(1, 2, 5, 7)
    np.testing.assert_allclose(nonlinearity(name)(x).numpy(), formula(x.numpy()), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("pad", "mode"), [("reflect", "reflect"), ("replicate", "edge"), ("zero", "constant")])
def test_padding_is_what_it_is_called(pad, mode):
    layer = convolution(1, 1, 5, pad=pad, bias=False).to(dtype="float64")
    layer.weight.set_value(paddle.ones([1, 1, 5, 5], dtype="float64"))
    x = draw(1, 1, 6, 4)
    padded = np.pad(x.numpy()[0, 0], 2, mode=mode)
    expected = [[padded[i : i + 5, j : j + 5].sum() for j in range(4)] for i in range(6)]
    np.testing.assert_allclose(layer(x).numpy()[0, 0], expected, atol=1e-13)


@pytest.mark.parametrize("downsampling", ["stride", "avg", "max", "lanczos2"])
def test_a_block_shrinks_by_its_stride_whatever_does_it(downsampling):
    block = ConvBlock(3, 5, 3, stride=2, downsampling=downsampling).to(dtype="float64")
    assert block(draw(1, 3, 12, 8)).shape == [1, 5, 6, 4]
