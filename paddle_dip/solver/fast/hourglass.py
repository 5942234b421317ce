"""The hourglass networks' forward pass through the compiled operators."""

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.solver.fast.operators import conv, conv_block


def paint(network: nn.Layer, z: paddle.Tensor) -> paddle.Tensor:
    """Return what Hourglass.forward does, z and image being [n, c, h, w] as there: the same numbers up to float32 rounding."""
    precision = {"bf16": network.bf16}
    beside = [z.transpose([0, 2, 3, 1])]
    for down in network.downs:
        beside.append(conv_block(beside[-1], down, **precision))
    x = beside.pop()
    for up in network.ups:
        side = beside.pop()
        skip = None if up.skip is None else conv(side, up.skip, pad="zero", **precision)
        if network.kind == "transposed":
            x = _transposed_up(up, x, skip)
        else:
            x = _shuffled(x)
            x = conv_block(x if skip is None else paddle.concat([x, skip], axis=3), up.block, **precision)
    return F.sigmoid(x.transpose([0, 3, 1, 2]))


def _transposed_up(up: nn.Layer, x: paddle.Tensor, skip: paddle.Tensor | None) -> paddle.Tensor:
    """Return what a TransposedUp makes of [n, h, w, c] by Paddle's own layers: there is no compiled transposed convolution."""
    x = up.conv(x.transpose([0, 3, 1, 2]))
    x = x if skip is None else paddle.concat([x, skip.transpose([0, 3, 1, 2])], axis=1)
    return up.act(up.norm(x)).transpose([0, 2, 3, 1])


def _shuffled(x: paddle.Tensor) -> paddle.Tensor:
    """Return the pixel shuffle of [n, h, w, 4 c], its channels in the order of nn.PixelShuffle(2): [n, 2 h, 2 w, c]."""
    n, h, w, channels = x.shape
    parts = x.reshape([n, h, w, channels // 4, 2, 2])
    return parts.transpose([0, 1, 4, 2, 5, 3]).reshape([n, 2 * h, 2 * w, channels // 4])
