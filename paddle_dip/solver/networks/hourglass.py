"""Two hourglass networks: one is enlarged by pixel shuffle, the other by transposed convolutions."""

from itertools import pairwise

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.problem.networks import HourglassConfig
from paddle_dip.solver.fast.hourglass import paint
from paddle_dip.solver.fast.operators import has_bf16, usable
from paddle_dip.solver.layers import ConvBlock, batch_norm, convolution, nonlinearity, transposed
from paddle_dip.solver.precision import products

_KERNEL = 5


class ShuffleUp(nn.Layer):
    """Shuffle channels into twice the size, concatenate [deeper, skip], convolve, normalise, activate.

    deeper, [N, C, H, W], and beside, [N, C', 2 H, 2 W], to [N, outputs, 2 H, 2 W]. skip: channels made of `beside`, 0 for none.
    """

    def __init__(self, deeper: int, beside: int, skip: int, outputs: int, *, activation: str, slope: float):
        super().__init__()
        self.shuffle = nn.PixelShuffle(2)
        self.skip = convolution(beside, skip, _KERNEL, pad="zero") if skip else None
        self.block = ConvBlock(deeper // 4 + skip, outputs, _KERNEL, pad="zero", activation=activation, slope=slope)

    def forward(self, deeper: paddle.Tensor, beside: paddle.Tensor) -> paddle.Tensor:
        x = self.shuffle(deeper)
        return self.block(x if self.skip is None else paddle.concat([x, self.skip(beside)], axis=1))


class TransposedUp(nn.Layer):
    """Enlarge by a transposed convolution, concatenate [deeper, skip], normalise, activate; sizes as ShuffleUp's.

    outputs: channels of both together.
    """

    def __init__(self, deeper: int, beside: int, skip: int, outputs: int, *, activation: str, slope: float):
        super().__init__()
        self.conv = transposed(deeper, outputs - skip)
        self.skip = convolution(beside, skip, _KERNEL, pad="zero") if skip else None
        self.norm = batch_norm(outputs)
        self.act = nonlinearity(activation, slope=slope)

    def forward(self, deeper: paddle.Tensor, beside: paddle.Tensor) -> paddle.Tensor:
        x = self.conv(deeper)
        return self.act(self.norm(x if self.skip is None else paddle.concat([x, self.skip(beside)], axis=1)))


_UPS = {"pixel-shuffle": ShuffleUp, "transposed": TransposedUp}


class Hourglass(nn.Layer):
    """z, [1, input_depth, H, W], to an image, [1, channels, H, W] in [0, 1]; H and W as in config.input_shape.

    Trainable parameters with 3 channels and depth 3: 1,412,801 with pixel shuffle, 1,786,545 with up=(8, 16, 32, 64, 128) and
    transposed convolutions. Source: the write-up on random-pixel inpainting with these two.
    """

    def __init__(self, config: HourglassConfig, channels: int):
        super().__init__()
        inputs = (config.input_depth, *config.down)
        downs = [ConvBlock(a, b, _KERNEL, stride=2, pad="zero", slope=config.slope) for a, b in pairwise(inputs)]
        self.downs = nn.LayerList(downs)
        outputs, skips = (channels, *config.up), (0, *config.skip)
        deeper = (*config.up, config.down[-1])
        ups = [  # the deepest first; the last makes the image
            _UPS[config.kind](
                deeper[i], inputs[i], skips[i], outputs[i], activation="leaky_relu" if i else "none", slope=config.slope
            )
            for i in reversed(range(config.scales))
        ]
        self.ups = nn.LayerList(ups)
        self.kind = config.kind
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: paddle.Tensor) -> paddle.Tensor:
        if usable(z) and (has_bf16() or not self.bf16):
            return paint(self, z)
        with products(z, bf16=self.bf16):
            image = self._image(z)
        return F.sigmoid(image.astype(z.dtype))

    def _image(self, z: paddle.Tensor) -> paddle.Tensor:
        beside = [z]
        for down in self.downs:
            beside.append(down(beside[-1]))
        x = beside.pop()
        for up in self.ups:
            x = up(x, beside.pop())
        return x
