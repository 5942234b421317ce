"""The deep decoder: a network with fewer parameters than the image has pixels."""

import torch
from torch import nn

from paddle_dip.problem.networks import DeepDecoderConfig
from torch_ref.layers import batch_norm, convolution, nonlinearity, upsample
from torch_ref.precision import products


class Mix(nn.Module):
    """Mix the channels of every pixel, enlarge twofold where `enlarge`, ReLU, normalise: [N, C, H, W] to [N, C', 2 H, 2 W]."""

    def __init__(self, inputs: int, outputs: int, *, enlarge: bool):
        super().__init__()
        self.conv = convolution(inputs, outputs, 1, bias=False)
        self.up = upsample("bilinear", outputs) if enlarge else None
        self.act = nonlinearity("relu")
        self.norm = batch_norm(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return self.norm(self.act(x if self.up is None else self.up(x)))


class DeepDecoder(nn.Module):
    """z, [1, input_depth, h, w], to an image, [1, channels, 2 ** scales h, 2 ** scales w] in [0, 1].

    Trainable parameters: 100,224 with 128 channels, 5 scales and a colour image. Source: Heckel and Hand, "Deep Decoder", 2019,
    and its authors' decodernw: no biases, and one layer more behind the last enlargement.
    """

    def __init__(self, config: DeepDecoderConfig, channels: int):
        super().__init__()
        inputs = (config.input_depth, *(config.width,) * config.scales)
        self.mixes = nn.ModuleList([Mix(c, config.width, enlarge=i < config.scales) for i, c in enumerate(inputs)])
        self.head = convolution(config.width, channels, 1, bias=False)
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        with products(z, bf16=self.bf16):
            image = self._image(z)
        return torch.sigmoid(image.to(z.dtype))

    def _image(self, z: torch.Tensor) -> torch.Tensor:
        for mix in self.mixes:
            z = mix(z)
        return self.head(z)
