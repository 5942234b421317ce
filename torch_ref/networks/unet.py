"""The UNet of the Deep Image Prior's reference implementation."""

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from paddle_dip.problem.networks import UNetConfig
from torch_ref.layers import ConvBlock, convolution, transposed, upsample
from torch_ref.precision import products


class Pair(nn.Module):
    """Two 3x3 convolutions, each followed by a normalisation, if `norm`, and by ReLU: [N, C, H, W] to [N, C', H, W]."""

    def __init__(self, inputs: int, outputs: int, *, pad: str, norm: bool):
        super().__init__()
        style: dict[str, Any] = {"pad": pad, "activation": "relu", "norm": norm}
        self.block1 = ConvBlock(inputs, outputs, 3, **style)
        self.block2 = ConvBlock(outputs, outputs, 3, **style)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.block2(self.block1(x))


class Down(nn.Module):
    """Max pooling and a normalised pair of convolutions: [N, C, 2 H, 2 W] to [N, C', H, W]."""

    def __init__(self, inputs: int, outputs: int, *, pad: str):
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.pair = Pair(inputs, outputs, pad=pad, norm=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pair(self.pool(x))


class Up(nn.Module):
    """Enlarge twofold, to as many channels as `beside` has, concatenate [deeper, beside], and convolve without normalising."""

    def __init__(self, deeper: int, beside: int, *, upsampling: str, pad: str):
        super().__init__()
        if upsampling == "transposed":
            self.up: nn.Module = transposed(deeper, beside)
        else:
            self.up = nn.Sequential(upsample(upsampling, deeper), convolution(deeper, beside, 3, pad=pad))
        self.pair = Pair(2 * beside, beside, pad=pad, norm=False)

    def forward(self, deeper: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        return self.pair(torch.cat([self.up(deeper), beside], dim=1))


class UNet(nn.Module):
    """z, [1, input_depth, H, W], to an image, [1, channels, H, W] in [0, 1]; H and W as in config.input_shape.

    Source: the reference's models/unet.py, with BatchNorm, and without copies of z at every level (its concat_x).
    """

    def __init__(self, config: UNetConfig, channels: int):
        super().__init__()
        levels = list(pairwise(config.widths))
        self.start = Pair(config.input_depth, config.widths[0], pad=config.pad, norm=True)
        self.downs = nn.ModuleList([Down(finer, deeper, pad=config.pad) for finer, deeper in levels])
        style = {"upsampling": config.upsampling, "pad": config.pad}
        self.ups = nn.ModuleList([Up(deeper, finer, **style) for finer, deeper in reversed(levels)])  # the deepest first
        self.head = nn.Conv2d(config.widths[0], channels, 1)
        self.bf16 = False  # multiply in bfloat16 inside the convolutions

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        with products(z, bf16=self.bf16):
            image = self._image(z)
        return torch.sigmoid(image.to(z.dtype))

    def _image(self, z: torch.Tensor) -> torch.Tensor:
        beside = [self.start(z)]
        for down in self.downs:
            beside.append(down(beside[-1]))
        x = beside.pop()
        for up in self.ups:
            x = up(x, beside.pop())
        return self.head(x)
