"""The compiled operators against the plain layers in float64: outputs, every gradient, running statistics; odd sizes."""

import itertools

import numpy as np
import paddle
import pytest
from paddle import nn

from paddle_dip.solver.fast import build, operators
from paddle_dip.solver.layers import ConvBlock, Merge

pytestmark = pytest.mark.skipif(not build.available(), reason=f"no compiled operators: {build.reason()}")

# float32 sums of up to 1e5 products against float64, relative to the largest entry of each array.
TOLERANCE = 2e-5


class Joint(nn.Layer):
    """A merge and the block on it: what merge_block does in one go."""

    def __init__(self, skip: int, deeper: int, outputs: int, kernel: int, pad: str = "reflect"):
        super().__init__()
        self.merge = Merge(skip, deeper)
        self.block = ConvBlock(skip + deeper, outputs, kernel, pad=pad)

    def forward(self, *images):
        return self.block(self.merge(*images if len(images) == 2 else (None, *images)))


def randomised(layer: nn.Layer) -> nn.Layer:
    """Return `layer` with every parameter drawn, BatchNorm's away from 1 and 0."""
    random = np.random.default_rng(0)
    for name, p in layer.named_parameters():
        if not p.stop_gradient:
            scale = np.prod(p.shape[1:]) ** -0.5 if p.ndim == 4 else 0.3
            p.set_value((random.standard_normal(p.shape) * scale + ("norm.weight" in name)).astype(np.float32))
    return layer


def draw(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def plain(layer: nn.Layer, images: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Output, gradients and buffers in float64 by the plain layers, as they are named in `fast`."""
    layer.to(dtype="float64")
    tensors = [paddle.to_tensor(i.astype(np.float64), stop_gradient=False) for i in images]
    return outcome(layer, tensors, layer(*tensors), [0, 1, 2, 3])


def fast(layer: nn.Layer, images: list[np.ndarray], function) -> dict[str, np.ndarray]:
    """The same in float32 by `function` on channels-last images, brought back to the plain layout."""
    layer.to(dtype="float32")
    tensors = [paddle.to_tensor(np.ascontiguousarray(i.transpose(0, 2, 3, 1)), stop_gradient=False) for i in images]
    return outcome(layer, tensors, function(*tensors), [0, 3, 1, 2])


def outcome(layer: nn.Layer, tensors: list, output, order: list[int]) -> dict[str, np.ndarray]:
    output = output.transpose(order)
    (output * paddle.to_tensor(draw(*output.shape, seed=9).astype(output.numpy().dtype))).sum().backward()
    found = {"output": output.numpy()}
    found |= {f"image {i}": t.grad.transpose(order).numpy() for i, t in enumerate(tensors)}
    found |= {f"gradient of {name}": p.grad.numpy() for name, p in layer.named_parameters() if not p.stop_gradient}
    found |= {name: value.numpy() for name, value in layer.named_buffers()}
    layer.clear_gradients()
    return found


def assert_equal(layer: nn.Layer, images: list[np.ndarray], function, *, tolerance: float = TOLERANCE, undone: tuple = ()) -> None:
    """`undone`: names whose true gradient is 0, as a normalisation takes it back; judged on the scale of a gradient that isn't."""
    buffers = {name: value.numpy() for name, value in randomised(layer).named_buffers()}
    expected = plain(layer, images)
    layer.set_state_dict({**layer.state_dict(), **buffers})
    found = fast(layer, images, function)
    scale = max(np.abs(value).max() for name, value in expected.items() if "norm.bias" in name)
    for name, value in expected.items():
        assert found[name].shape == value.shape, name
        zero = "conv.bias" in name or name in undone
        error = np.abs(found[name] - value).max() / (scale if zero else max(np.abs(value).max(), 1e-3))
        assert error < tolerance, f"{name}: {error:.1e}"


SHAPES = [(1, 4), (3, 32), (32, 4), (4, 132), (132, 128)]
BLOCKS = list(itertools.product(SHAPES, [1, 3, 5], [1, 2], ["reflect", "replicate"]))


@pytest.mark.parametrize(("channels", "kernel", "stride", "pad"), BLOCKS)
def test_conv_block(channels, kernel, stride, pad):
    block = ConvBlock(*channels, kernel, stride=stride, pad=pad)
    # One weight a channel is only a scale, which the normalisation takes back.
    undone = ("gradient of conv.weight",) if channels[0] == kernel == 1 else ()
    assert_equal(block, [draw(1, channels[0], 37, 31)], lambda x: operators.conv_block(x, block), undone=undone)


@pytest.mark.parametrize("size", [(2, 2), (9, 14), (5, 3)])
def test_conv_block_on_small_images(size):
    block = ConvBlock(16, 8, 3)
    assert_equal(block, [draw(2, 16, *size)], lambda x: operators.conv_block(x, block))


@pytest.mark.parametrize("pad", ["reflect", "replicate"])
@pytest.mark.parametrize(
    ("skip", "deeper", "kernel"),
    [((4, 32, 24), (128, 16, 12), 3), ((4, 37, 31), (32, 19, 16), 3), ((3, 38, 33), (5, 18, 16), 5), ((1, 20, 26), (1, 10, 13), 1)],
    ids=["even", "deeper is larger", "skip is larger", "one channel"],
)
def test_merge_block(skip, deeper, kernel, pad):
    joint = Joint(skip[0], deeper[0], 12, kernel, pad)
    images = [draw(1, *skip), draw(1, *deeper, seed=2)]
    undone = ("gradient of merge.norm.bias", "gradient of merge.norm.weight")
    assert_equal(joint, images, lambda s, d: operators.merge_block(s, d, joint.merge, joint.block), tolerance=1e-4, undone=undone)


def test_merge_block_without_a_skip():
    joint = Joint(0, 8, 4, 3)
    undone = ("gradient of merge.norm.bias", "gradient of merge.norm.weight")
    assert_equal(
        joint,
        [draw(1, 8, 6, 5)],
        lambda d: operators.merge_block(None, d, joint.merge, joint.block),
        tolerance=1e-4,
        undone=undone,
    )


def test_conv():
    layer = nn.Conv2D(32, 3, 1)
    expected = plain(layer, [draw(1, 32, 17, 13)])
    found = fast(layer, [draw(1, 32, 17, 13)], lambda x: operators.conv(x, layer))
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=TOLERANCE * np.abs(value).max(), err_msg=name)


def test_repeats_are_bit_identical():
    joint = randomised(Joint(4, 32, 16, 3))
    images = [draw(1, 4, 37, 31), draw(1, 32, 19, 16)]
    function = lambda s, d: operators.merge_block(s, d, joint.merge, joint.block)  # noqa: E731
    first = fast(joint, images, function)
    for _ in range(3):
        again = fast(joint, images, function)
        for name in first:
            if "gradient" in name or name == "output":
                np.testing.assert_array_equal(again[name], first[name], err_msg=name)


def test_an_input_without_gradient_leaves_the_others_as_they_are():
    block = randomised(ConvBlock(6, 5, 3))
    gradients = []
    for stop in (False, True):
        x = paddle.to_tensor(draw(1, 9, 8, 6), stop_gradient=stop)
        operators.conv_block(x, block).pow(3).sum().backward()
        assert (x.grad is None) == stop
        gradients.append({name: p.grad.numpy() for name, p in block.named_parameters() if not p.stop_gradient})
        block.clear_gradients()
    for name, value in gradients[0].items():
        np.testing.assert_array_equal(gradients[1][name], value)
        assert name == "conv.bias" or np.abs(value).max() > 0


def to_bfloat16(x: np.ndarray) -> np.ndarray:
    """Return float32 numbers rounded to the nearest of bfloat16's, to the even one on a tie."""
    bits = x.view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)


@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
@pytest.mark.parametrize(("kernel", "pad"), [(1, "none"), (3, "reflect"), (3, "replicate")])
def test_bf16_rounds_what_is_multiplied_to_the_nearest(kernel, pad):
    layer = nn.Conv2D(16, 16, kernel)
    identity = np.zeros(layer.weight.shape, np.float32)
    identity[range(16), range(16), kernel // 2, kernel // 2] = 1
    layer.weight.set_value(identity)
    layer.bias.set_value(np.zeros(16, np.float32))
    random = np.random.default_rng(0)
    image, gradient = (random.standard_normal([1, 9, 7, 16]).astype(np.float32) for _ in range(2))
    image[0, 0, 0, :4] = 1 + 2.0**-8, 1 + 3 * 2.0**-8, -1 - 2.0**-8, 3e38  # ties, and what may not become infinite
    x = paddle.to_tensor(image, stop_gradient=False)
    y = operators.conv(x, layer, pad=pad, bf16=True)
    np.testing.assert_array_equal(y.numpy(), to_bfloat16(image))
    y.backward(paddle.to_tensor(gradient))
    np.testing.assert_array_equal(x.grad.numpy(), to_bfloat16(gradient))


@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
def test_bf16_hides_no_number_that_is_none():
    layer, image = nn.Conv2D(16, 16, 1), np.ones([1, 4, 4, 16], np.float32)
    image.view(np.uint32)[0, 2, 3] = 0x7FFFFFFF  # NaN all of whose bits are set: carelessly rounded it becomes minus nought
    found = operators.conv(paddle.to_tensor(image), layer, bf16=True).numpy()
    assert np.isnan(found[0, 2, 3]).all()
    assert np.isfinite(np.delete(found.reshape(16, 16), 11, axis=0)).all()


@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
@pytest.mark.parametrize(("kernel", "pad"), [(1, "none"), (3, "reflect")])
def test_bf16_keeps_what_a_convolution_makes_rounded(kernel, pad):
    """Its normalisation sees rounded numbers, and so the statistics are theirs."""
    block = randomised(ConvBlock(16, 20, kernel, pad="reflect"))
    image = draw(1, 9, 7, 16)
    products = operators.conv(paddle.to_tensor(image), block.conv, pad=pad, bf16=True).numpy()  # in float32
    rounded = to_bfloat16(np.ascontiguousarray(products))
    block.norm._momentum = 0.0  # the running statistics are then the batch's
    y = operators.conv_block(paddle.to_tensor(image), block, bf16=True).numpy()
    np.testing.assert_allclose(block.norm._mean.numpy(), rounded.mean(axis=(0, 1, 2)), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(block.norm._variance.numpy(), rounded.var(axis=(0, 1, 2)), rtol=1e-5)
    scale = block.norm.weight.numpy() / np.sqrt(rounded.var(axis=(0, 1, 2)) + block.norm._epsilon)
    expected = (rounded - rounded.mean(axis=(0, 1, 2))) * scale + block.norm.bias.numpy()
    np.testing.assert_allclose(y, np.where(expected > 0, expected, 0.2 * expected), atol=1e-4)


@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
@pytest.mark.parametrize(("kernel", "stride", "pad"), [(1, 1, "none"), (3, 1, "reflect"), (3, 2, "replicate")])
def test_a_weights_gradient_in_bf16_is_the_same_in_strips(kernel, stride, pad):
    """So large an image is taken in strips; in float32, where it isn't, rounded numbers have the same products."""
    layer = nn.Conv2D(32, 8, kernel)
    x = paddle.to_tensor(to_bfloat16(draw(1, 1203, 300, 32)))
    gradients = []
    for bf16 in (False, True):
        y = operators.call("dip_conv", x, layer.weight, layer.bias, pad, stride, False, bf16)[0]
        y.backward(paddle.to_tensor(to_bfloat16(draw(*y.shape, seed=4))))
        gradients.append(layer.weight.grad.numpy())
        layer.clear_gradients()
    np.testing.assert_allclose(*gradients, atol=1e-5 * np.abs(gradients[0]).max())
