"""Pix2Pix: a U-Net that turns one picture into another, and the discriminator that judges patches of the pair.

Source: Isola et al. 2017, and the Keras code behind the write-up, whose "same" padding is 1 on each side at stride 2.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from paddle_dip.trained.problem.architectures import DiscriminatorConfig, GeneratorConfig


class BatchNorm(nn.BatchNorm2d):
    """Normalise by the batch's own statistics, in use as in training: with one picture a batch they are the picture's own.

    So running statistics, which a look at a test picture would change, are never needed: momentum 0 keeps them as they are.
    """

    def __init__(self, channels: int, epsilon: float):
        super().__init__(channels, momentum=0.0, eps=float(np.float32(epsilon)))  # Paddle keeps it as a float32

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.numel() == x.shape[1]:  # one value a channel is its own mean. Paddle returns x there without a word, torch raises
            return (x - x) * self.weight.reshape([1, -1, 1, 1]) + self.bias.reshape([1, -1, 1, 1])
        return super().forward(x)


class Down(nn.Module):
    """Convolve with k4 s2, normalise unless it is the first or innermost layer, LeakyReLU: halves the sides."""

    def __init__(self, inputs: int, outputs: int, slope: float, epsilon: float, *, norm: bool = True, bias: bool = False):
        super().__init__()
        self.slope = float(np.float32(slope))  # what Paddle 3.0 computes with, in float64 too
        self.conv = nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=bias)
        self.norm = BatchNorm(outputs, epsilon) if norm else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        return F.leaky_relu(x if self.norm is None else self.norm(x), self.slope)


class Up(nn.Module):
    """Convolve transposed with k4 s2, normalise, drop out, ReLU: doubles the sides."""

    def __init__(self, inputs: int, outputs: int, epsilon: float):
        super().__init__()
        self.conv = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=False)
        self.norm = BatchNorm(outputs, epsilon)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x if mask is None else x * mask)


class Generator(nn.Module):
    """A picture, [N, 3, H, W] in [-1, 1], to another of its kind. H and W: multiples of 2 ** (number of layers down).

    Trainable parameters: 54,414,019 with the default configuration, 54,415,043 with its innermost layer normalised.
    """

    def __init__(self, config: GeneratorConfig):
        super().__init__()
        self.config = config
        widths, last = (3, *config.down), len(config.down) - 1
        self.downs = nn.ModuleList(
            [
                Down(
                    widths[i],
                    widths[i + 1],
                    config.slope,
                    config.epsilon,
                    norm=0 < i < last or (i == last and config.innermost_norm),
                    bias=i == 0,
                )
                for i in range(last + 1)
            ]
        )
        skips = config.down[::-1]
        inputs = [skips[0], *(up + skip for up, skip in zip(config.up, skips[1:], strict=True))]
        self.ups = nn.ModuleList([Up(inputs[i], width, config.epsilon) for i, width in enumerate(config.up)])
        self.head = nn.ConvTranspose2d(inputs[-1], 3, 4, stride=2, padding=1)

    def forward(self, x: torch.Tensor, masks: list[torch.Tensor] | None = None) -> torch.Tensor:
        """masks: what the dropout layers multiply by, of the shapes `mask_shapes`; None: no dropout."""
        skips = []
        for down in self.downs:
            x = down(x)
            skips.append(x)
        skips.pop()
        for index, up in enumerate(self.ups):
            mask = masks[index] if masks is not None and index < self.config.dropouts else None
            x = torch.cat([up(x, mask), skips.pop()], dim=1)
        return torch.tanh(self.head(x))

    def mask_shapes(self, batch: int, height: int, width: int) -> list[tuple[int, ...]]:
        """Return the shapes of the dropout masks for pictures of a size."""
        depth = len(self.config.down)
        scales = [2 ** (depth - 1 - index) for index in range(self.config.dropouts)]
        return [(batch, up, height // s, width // s) for up, s in zip(self.config.up, scales, strict=False)]


class Discriminator(nn.Module):
    """A picture beside the one it was made from, both [N, 3, H, W], to logits [N, 1, h, w]: above 0 where it takes it for real.

    h = H / 2 ** (number of layers down): 16x16 for 256x256, each of a field of 94 pixels. 2,768,705 parameters by default.
    """

    def __init__(self, config: DiscriminatorConfig):
        super().__init__()
        widths = (6, *config.down)
        self.downs = nn.ModuleList(
            [Down(widths[i], widths[i + 1], config.slope, config.epsilon, norm=i > 0, bias=i == 0) for i in range(len(config.down))]
        )
        self.head = nn.Conv2d(widths[-1], 1, 4)

    def forward(self, picture: torch.Tensor, source: torch.Tensor) -> torch.Tensor:
        x = torch.cat([picture, source], dim=1)
        for down in self.downs:
            x = down(x)
        return self.head(F.pad(x, [1, 2, 1, 2]))  # "same" for k4 s1
