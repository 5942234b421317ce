"""The compiled operators of the skip and hourglass networks, on the layers of paddle_dip.solver.layers.

Images are float32 and channels-last, [n, h, w, c]: a pixel's channels are contiguous, so padding, enlarging, concatenation and
normalisation are plain copies and vector loops, and oneDNN convolves without reordering anything but the weights.
"""

from collections.abc import Sequence
from functools import cache
from weakref import WeakKeyDictionary

import paddle
from paddle import nn

from paddle_dip.solver.fast import build
from paddle_dip.solver.layers import ConvBlock, Merge

Place = tuple[dict[str, paddle.Tensor], str]  # where a layer holds a tensor, so that a tensor put there later is found

# Where a part holds what an operator takes, and its style, looked up once: a Layer finds its own parts slowly, and a step asks
# for two hundred. Tensors may be replaced, layers not.
_known: WeakKeyDictionary[nn.Layer, tuple[list[Place], tuple]] = WeakKeyDictionary()


def usable(x: paddle.Tensor) -> bool:
    """Return whether the compiled operators can take `x`: float32, on the CPU, in eager mode, library built."""
    return x.dtype == paddle.float32 and x.place.is_cpu_place() and paddle.in_dynamic_mode() and build.available()


@cache
def has_bf16() -> bool:
    """Return whether this CPU multiplies bfloat16 numbers."""
    return bool({"avx512_bf16", "amx_bf16"} & set(build.cpu_flags().split()))


def fastest_precision() -> str:
    """Return "bf16" where these operators run on a CPU that multiplies such numbers, else "float32"."""
    return "bf16" if paddle.get_device() == "cpu" and build.available() and has_bf16() else "float32"


def resize(image: paddle.Tensor, rows: paddle.Tensor, columns: paddle.Tensor, *, clip: bool) -> paddle.Tensor:
    """Return rows @ image @ columns.T of [n, c, H, W]: [n, c, h, w], all float32.

    rows: [h, H]; columns: [w, W]. The zeros before and behind the others of a row of either are not multiplied: where a matrix
    resamples, few numbers are left. clip: to [0, 1], once after the horizontal pass and once after both, as Pillow does.
    """
    return call("dip_resize", image, rows, columns, clip)[0]


def conv(x: paddle.Tensor, layer: nn.Conv2D, *, pad: str = "none", bf16: bool = False) -> paddle.Tensor:
    """Return the convolution `layer` of [n, h, w, in]: [n, h, w, out]; its stride is 1.

    pad: "none" for a 1x1 kernel, else how the layer pads. bf16: multiply in bfloat16, add up in float32.
    """
    return call("dip_conv", x, layer.weight, layer.bias, pad, 1, not x.stop_gradient, bf16)[0]


def conv_block(x: paddle.Tensor, block: ConvBlock, *, bf16: bool = False) -> paddle.Tensor:
    """Return what `block` makes of [n, h, w, in], its running statistics moved: [n, ceil(h / stride), ceil(w / stride), out]."""
    if block not in _known:
        _known[block] = [*learned(block), *running(block)], (padding(block), block.conv._stride[0], *law(block))
    places, style = _known[block]
    return call("dip_conv_block", x, *held(places), *style, not x.stop_gradient, bf16)[0]


def merge_block(
    skip: paddle.Tensor | None, deeper: paddle.Tensor, merge: Merge, block: ConvBlock, *, bf16: bool = False
) -> paddle.Tensor:
    """Return block(merge(skip, deeper)) without ever storing the concatenation; all channels-last."""
    if skip is None:
        skip = paddle.empty([deeper.shape[0], 2 * deeper.shape[1], 2 * deeper.shape[2], 0])
    if merge not in _known:  # a merge has one block behind it
        places = [*learned(merge), *learned(block), *running(merge), *running(block)]
        _known[merge] = places, (padding(block), True, *law(block))
    places, style = _known[merge]
    return call("dip_merge_block", skip, deeper, *held(places), *style, bf16)[0]


def _norm(part: ConvBlock | Merge) -> nn.BatchNorm2D:
    assert part.norm is not None  # the networks that have compiled operators normalise after every convolution
    return part.norm


def learned(part: ConvBlock | Merge) -> list[Place]:
    """Return where the trainable tensors of a part are, in the operators' order."""
    layers = [_norm(part)] if isinstance(part, Merge) else [part.conv, _norm(part)]
    return [(layer._parameters, name) for layer in layers for name in ("weight", "bias")]


def running(part: ConvBlock | Merge) -> list[Place]:
    """Return where the running mean and variance of a part's normalisation are."""
    return [(_norm(part)._parameters, name) for name in ("_mean", "_variance")]


def held(places: list[Place]) -> list[paddle.Tensor]:
    """Return the tensors that are there now."""
    return [tensors[name] for tensors, name in places]


def law(block: ConvBlock) -> tuple[float, float, float]:
    """Return the slope below 0, 1 without an activation, and the normalisation's epsilon and momentum."""
    norm = _norm(block)
    return getattr(block.act, "_negative_slope", 1.0), float(norm._epsilon), float(norm._momentum)


def padding(block: ConvBlock) -> str:
    return block.pad if block.conv._kernel_size[0] > 1 else "none"


def call(name: str, *operands) -> Sequence[paddle.Tensor]:
    """Return the outputs of a compiled operator."""
    # What paddle.utils.cpp_extension's generated functions call; generating them needs setuptools at run time.
    outputs = paddle._C_ops._run_custom_op(name, *operands)  # type: ignore[attr-defined]  # no stub names it
    return outputs if isinstance(outputs, list | tuple) else [outputs]
