"""The skip ("hourglass") network of the Deep Image Prior."""

from typing import Any

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.problem.networks import SkipConfig
from paddle_dip.solver.fast.operators import has_bf16, usable
from paddle_dip.solver.fast.skip import paint
from paddle_dip.solver.layers import ConvBlock, Merge
from paddle_dip.solver.precision import products


class Scale(nn.Layer):
    """One scale of the network: the way down, the skip branch beside it, the merge and the way up."""

    def __init__(self, config: SkipConfig, index: int, inputs: int, deeper: int):
        super().__init__()
        style: dict[str, Any] = {"pad": config.pad, "activation": config.activation, "slope": config.slope}
        down, up, skip = config.down[index], config.up[index], config.skip[index]
        self.skip = ConvBlock(inputs, skip, 1, **style) if skip else None
        self.down1 = ConvBlock(inputs, down, config.down_kernel, stride=2, downsampling=config.downsampling, **style)
        self.down2 = ConvBlock(down, down, config.down_kernel, **style)
        self.coarse = config.up_grid == "coarse"
        enlarged = up if self.coarse else deeper
        self.merge = Merge(skip, enlarged, upsampling=config.upsampling_at(index))
        self.up1 = ConvBlock(deeper if self.coarse else skip + deeper, up, config.up_kernel, **style)
        self.up2 = ConvBlock(skip + up if self.coarse else up, up, 1, **style) if config.up_1x1 else None


class Skip(nn.Layer):
    """z, [1, input_depth, H, W], to an image, [1, channels, H, W] in [0, 1].

    H and W: as in config.input_shape, multiples of 2 ** (number of scales). Raises ValueError where bfloat16 is asked for and
    can't be had.
    Trainable parameters: 2,217,831 with the paper's configuration and 3 channels. Source: the reference's models/skip.py.
    """

    def __init__(self, config: SkipConfig, channels: int):
        super().__init__()
        last = config.scales - 1
        inputs = (config.input_depth, *config.down)
        self.scales = nn.LayerList(
            [Scale(config, i, inputs[i], config.up[i + 1] if i < last else config.down[i]) for i in range(last + 1)]
        )
        self.head = nn.Conv2D(config.up[0], channels, 1)
        self.compiled = config.compiled
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: paddle.Tensor) -> paddle.Tensor:
        if self.compiled and usable(z) and (has_bf16() or not self.bf16):
            return paint(self, z)
        with products(z, bf16=self.bf16):
            image = self.head(self._scale(z, 0))
        return F.sigmoid(image.astype(z.dtype))

    def _scale(self, x: paddle.Tensor, index: int) -> paddle.Tensor:
        scale = self.scales[index]
        deeper = scale.down2(scale.down1(x))
        if index + 1 < len(self.scales):
            deeper = self._scale(deeper, index + 1)
        skip = scale.skip(x) if scale.skip is not None else None
        x = scale.merge(skip, scale.up1(deeper)) if scale.coarse else scale.up1(scale.merge(skip, deeper))
        return scale.up2(x) if scale.up2 is not None else x
