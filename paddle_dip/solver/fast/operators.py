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

# What an operator takes of a layer, looked up once: a Layer finds its own parts slowly, and a step asks for two hundred.
_operands: WeakKeyDictionary[nn.Layer, tuple] = WeakKeyDictionary()


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


def conv(x: paddle.Tensor, layer: nn.Conv2D, *, pad: str = "none", bf16: bool = False) -> paddle.Tensor:
    """Return the convolution `layer` of [n, h, w, in]: [n, h, w, out]; its stride is 1.

    pad: "none" for a 1x1 kernel, else how the layer pads. bf16: multiply in bfloat16, add up in float32.
    """
    return call("dip_conv", x, layer.weight, layer.bias, pad, 1, not x.stop_gradient, bf16)[0]


def conv_block(x: paddle.Tensor, block: ConvBlock, *, bf16: bool = False) -> paddle.Tensor:
    """Return what `block` makes of [n, h, w, in], its running statistics moved: [n, ceil(h / stride), ceil(w / stride), out]."""
    if block not in _operands:
        style = (padding(block), block.conv._stride[0], *law(block))
        _operands[block] = (*learned(block), *running(block), *style)
    return call("dip_conv_block", x, *_operands[block], not x.stop_gradient, bf16)[0]


def merge_block(
    skip: paddle.Tensor | None, deeper: paddle.Tensor, merge: Merge, block: ConvBlock, *, bf16: bool = False
) -> paddle.Tensor:
    """Return block(merge(skip, deeper)) without ever storing the concatenation; all channels-last."""
    if skip is None:
        skip = paddle.empty([deeper.shape[0], 2 * deeper.shape[1], 2 * deeper.shape[2], 0])
    if merge not in _operands:  # a merge has one block behind it
        parts = (*learned(merge), *learned(block), *running(merge), *running(block))
        _operands[merge] = (*parts, padding(block), True, *law(block))
    return call("dip_merge_block", skip, deeper, *_operands[merge], bf16)[0]


def _norm(part: ConvBlock | Merge) -> nn.BatchNorm2D:
    assert part.norm is not None  # the networks that have compiled operators normalise after every convolution
    return part.norm


def learned(part: ConvBlock | Merge) -> tuple[paddle.Tensor | None, ...]:
    """Return the trainable tensors of a part, in the operators' order."""
    norm = _norm(part)
    convolution = () if isinstance(part, Merge) else (part.conv.weight, part.conv.bias)
    return *convolution, norm.weight, norm.bias


def running(part: ConvBlock | Merge) -> tuple[paddle.Tensor, paddle.Tensor]:
    """Return the running mean and variance of a part's normalisation."""
    return _norm(part)._mean, _norm(part)._variance


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
