"""The deep decoder: a network with fewer parameters than the image has pixels."""

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.problem.networks import DeepDecoderConfig
from paddle_dip.solver.layers import batch_norm, convolution, nonlinearity, upsample
from paddle_dip.solver.precision import products


class Mix(nn.Layer):
    """Mix the channels of every pixel, enlarge twofold where `enlarge`, ReLU, normalise: [N, C, H, W] to [N, C', 2 H, 2 W]."""

    def __init__(self, inputs: int, outputs: int, *, enlarge: bool):
        super().__init__()
        self.conv = convolution(inputs, outputs, 1, bias=False)
        self.up = upsample("bilinear", outputs) if enlarge else None
        self.act = nonlinearity("relu")
        self.norm = batch_norm(outputs)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.conv(x)
        return self.norm(self.act(x if self.up is None else self.up(x)))


class DeepDecoder(nn.Layer):
    """z, [1, input_depth, h, w], to an image, [1, channels, 2 ** scales h, 2 ** scales w] in [0, 1].

    Trainable parameters: 100,224 with 128 channels, 5 scales and a colour image. Source: Heckel and Hand, "Deep Decoder", 2019,
    and its authors' decodernw: no biases, and one layer more behind the last enlargement.
    """

    def __init__(self, config: DeepDecoderConfig, channels: int):
        super().__init__()
        inputs = (config.input_depth, *(config.width,) * config.scales)
        self.mixes = nn.LayerList([Mix(c, config.width, enlarge=i < config.scales) for i, c in enumerate(inputs)])
        self.head = convolution(config.width, channels, 1, bias=False)
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: paddle.Tensor) -> paddle.Tensor:
        with products(z, bf16=self.bf16):
            image = self._image(z)
        return F.sigmoid(image.astype(z.dtype))

    def _image(self, z: paddle.Tensor) -> paddle.Tensor:
        for mix in self.mixes:
            z = mix(z)
        return self.head(z)
