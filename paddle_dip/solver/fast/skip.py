"""The skip network's forward pass through the compiled operators."""

from weakref import WeakKeyDictionary

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.solver.fast.operators import Place, call, conv, conv_block, held, law, learned, merge_block, running
from paddle_dip.solver.layers import ConvBlock, Merge

# Where the operator of a whole network finds its tensors, and its style, looked up once; None: there is none for the network.
_known: WeakKeyDictionary[nn.Layer, tuple[list[Place], list[Place], tuple] | None] = WeakKeyDictionary()


def paint(network: nn.Layer, z: paddle.Tensor) -> paddle.Tensor:
    """Return what Skip.forward does, z and image being [n, c, h, w] as there: the same numbers up to float32 rounding.

    Where it is one call, its graph can be gone back over once only.
    """
    x = z.transpose([0, 2, 3, 1])
    if network not in _known:
        _known[network] = _whole(network)
    known = _known[network]
    if known and x.stop_gradient:
        learns, runs, style = known
        x = call("dip_skip", x, held(learns), held(runs), *style, paddle.is_grad_enabled(), network.bf16)[0]
    else:
        x = _scale(network, x, 0)
    return F.sigmoid(conv(x, network.head, bf16=network.bf16).transpose([0, 3, 1, 2]))


def _whole(network: nn.Layer) -> tuple[list[Place], list[Place], tuple] | None:
    """Return where dip_skip's tensors are, and its style, which all blocks of a network share.

    None where a scale is joined in a way that the operator doesn't know.
    """
    scales = list(network.scales)
    if any(scale.coarse or scale.merge.up.mode != "bilinear" for scale in scales):
        return None
    parts, up = _parts(scales), scales[0].up1
    style = ([int(scale.skip is not None) for scale in scales], scales[0].up2 is not None, up.pad, *law(up))
    return [place for part in parts for place in learned(part)], [place for part in parts for place in running(part)], style


def _parts(scales: list[nn.Layer]) -> list[ConvBlock | Merge]:
    """Return the layers that have something to learn, in the order in which they compute."""
    scale, *deeper = scales
    below = _parts(deeper) if deeper else []
    beside = [scale.skip] if scale.skip is not None else []
    return [scale.down1, scale.down2, *below, *beside, scale.merge, scale.up1, *([scale.up2] if scale.up2 is not None else [])]


def _scale(network: nn.Layer, x: paddle.Tensor, index: int) -> paddle.Tensor:
    scale, precision = network.scales[index], {"bf16": network.bf16}
    deeper = conv_block(conv_block(x, scale.down1, **precision), scale.down2, **precision)
    if index + 1 < len(network.scales):
        deeper = _scale(network, deeper, index + 1)
    skip = conv_block(x, scale.skip, **precision) if scale.skip is not None else None
    if scale.coarse:
        return _join(skip, conv_block(deeper, scale.up1, **precision), scale.merge, scale.up2, **precision)
    x = _join(skip, deeper, scale.merge, scale.up1, **precision)
    return x if scale.up2 is None else conv_block(x, scale.up2, **precision)


def _join(skip: paddle.Tensor | None, deeper: paddle.Tensor, merge: Merge, block: ConvBlock, *, bf16: bool) -> paddle.Tensor:
    """Return block(merge(skip, deeper))."""
    if merge.up.mode == "bilinear":
        return merge_block(skip, deeper, merge, block, bf16=bf16)
    return conv_block(_merged(skip, _doubled(deeper), merge.norm), block, bf16=bf16)


def _merged(skip: paddle.Tensor | None, deeper: paddle.Tensor, norm: nn.BatchNorm2D) -> paddle.Tensor:
    x = deeper if skip is None else paddle.concat([skip, deeper], axis=3)
    return F.batch_norm(
        x,
        norm._mean,
        norm._variance,
        norm.weight,
        norm.bias,
        training=True,
        momentum=norm._momentum,
        epsilon=norm._epsilon,
        data_format="NHWC",
    )


def _doubled(x: paddle.Tensor) -> paddle.Tensor:
    """Return [n, h, w, c] with each pixel four times: [n, 2 h, 2 w, c]."""
    n, h, w, c = x.shape
    return x.reshape([n, h, 1, w, 1, c]).expand([n, h, 2, w, 2, c]).reshape([n, 2 * h, 2 * w, c])
