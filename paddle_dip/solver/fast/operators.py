"""The compiled operators of the skip and hourglass networks, on the layers of paddle_dip.solver.layers.

Images are float32 and channels-last, [n, h, w, c]: a pixel's channels are contiguous, so padding, enlarging, concatenation and
normalisation are plain copies and vector loops, and oneDNN convolves without reordering anything but the weights.
"""

from collections.abc import Sequence

import paddle
from paddle import nn

from paddle_dip.solver.fast import build
from paddle_dip.solver.layers import ConvBlock, Merge


def usable(x: paddle.Tensor) -> bool:
    """Return whether the compiled operators can take `x`: float32, on the CPU, in eager mode, library built."""
    return x.dtype == paddle.float32 and x.place.is_cpu_place() and paddle.in_dynamic_mode() and build.available()


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
    stride = block.conv._stride[0]
    operands = (*_learned(block), *_running(_norm(block)), _padding(block), stride, _slope(block), *_law(_norm(block)))
    return call("dip_conv_block", x, *operands, not x.stop_gradient, bf16)[0]


def merge_block(
    skip: paddle.Tensor | None, deeper: paddle.Tensor, merge: Merge, block: ConvBlock, *, bf16: bool = False
) -> paddle.Tensor:
    """Return block(merge(skip, deeper)) without ever storing the concatenation; all channels-last."""
    if skip is None:
        skip = paddle.empty([deeper.shape[0], 2 * deeper.shape[1], 2 * deeper.shape[2], 0])
    learned = (merge.norm.weight, merge.norm.bias, *_learned(block))
    running = (*_running(merge.norm), *_running(_norm(block)))
    style = (_padding(block), True, _slope(block), *_law(_norm(block)))
    return call("dip_merge_block", skip, deeper, *learned, *running, *style, bf16)[0]


def _norm(block: ConvBlock) -> nn.BatchNorm2D:
    assert block.norm is not None  # the networks that have compiled operators normalise after every convolution
    return block.norm


def _learned(block: ConvBlock) -> tuple[paddle.Tensor | None, ...]:
    return block.conv.weight, block.conv.bias, _norm(block).weight, _norm(block).bias


def _running(norm: nn.BatchNorm2D) -> tuple[paddle.Tensor, paddle.Tensor]:
    return norm._mean, norm._variance


def _law(norm: nn.BatchNorm2D) -> tuple[float, float]:
    return float(norm._epsilon), float(norm._momentum)


def _slope(block: ConvBlock) -> float:
    return getattr(block.act, "_negative_slope", 1.0)  # without an activation nothing is bent


def _padding(block: ConvBlock) -> str:
    return block.pad if block.conv._kernel_size[0] > 1 else "none"


def call(name: str, *operands) -> Sequence[paddle.Tensor]:
    """Return the outputs of a compiled operator."""
    # What paddle.utils.cpp_extension's generated functions call; generating them needs setuptools at run time.
    outputs = paddle._C_ops._run_custom_op(name, *operands)  # type: ignore[attr-defined]  # no stub names it
    return outputs if isinstance(outputs, list | tuple) else [outputs]
