"""Object removal: a coarse and a refining stage of gated convolutions, attention that carries texture into the hole, and a critic.

Source: HiFill (Yi et al. 2020) and its TensorFlow code. Differs from it: bilinear resizing samples at pixel centres.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from paddle_dip.trained.problem.architectures import CriticConfig, FillerConfig

_CELL = 16  # pixels a side that one place of the attention stands for
_LEAST_NORM = 1e-8


class GatedConv(nn.Module):
    """sigmoid(gate) * ELU(feature), each a convolution of x with TensorFlow's "same" padding; sides: multiples of the stride.

    shared: the gate is one channel and as large as the feature's kernel; else it has a channel each and a 1x1 kernel.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, rate: int = 1, shared: bool = False):
        super().__init__()
        total = (kernel - 1) * rate + 1 - stride
        before, after = total // 2, total - total // 2
        self.pads = [before, after, before, after]
        self.shared = shared
        self.feature = nn.Conv2d(inputs, outputs, kernel, stride=stride, dilation=rate)
        self.gate = (
            nn.Conv2d(inputs, 1, kernel, stride=stride, dilation=rate) if shared else nn.Conv2d(inputs, outputs, 1, stride=stride)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        padded = F.pad(x, self.pads)
        return torch.sigmoid(self.gate(padded if self.shared else x)) * F.elu(self.feature(padded))


class GatedUp(nn.Module):
    """Enlarge twofold, then a gated 3x3 convolution."""

    def __init__(self, inputs: int, outputs: int, *, shared: bool = False):
        super().__init__()
        self.conv = GatedConv(inputs, outputs, shared=shared)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(resized(x, x.shape[2] * 2, x.shape[3] * 2))


class Coarse(nn.Module):
    """Picture and hole, [N, 4, H, W], to a first guess, [N, 3, H, W] in [-1, 1]; works at half the size. 811,489 parameters."""

    def __init__(self, config: FillerConfig):
        super().__init__()
        width, wide = config.width, 2 * config.width
        layers: list[nn.Module] = [GatedConv(4, width, 5, stride=2, shared=True), GatedConv(width, width, shared=True)]
        layers += [GatedConv(width, wide, stride=2, shared=True)]
        layers += [GatedConv(wide, wide, rate=rate, shared=True) for rate in (1, 1, 1, *config.coarse_rates, 1, 1, 1)]
        layers += [GatedUp(wide, width, shared=True), GatedConv(width, width, shared=True), GatedUp(width, 3, shared=True)]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.shape[2:]
        return resized(self.layers(resized(x, height // 2, width // 2)).clip(-1, 1), height, width)


class Refine(nn.Module):
    """First guess and hole, [N, 4, H, W], to the picture, [N, 3, H, W] in [-1, 1], and the attention. 1,911,302 parameters."""

    def __init__(self, config: FillerConfig):
        super().__init__()
        widths = (4, config.width, 2 * config.width, 4 * config.width)
        self.sharpness = config.sharpness
        self.downs = nn.ModuleList(
            [nn.Sequential(GatedConv(i, o, stride=2), GatedConv(o, o)) for i, o in zip(widths[:-1], widths[1:], strict=True)]
        )
        deep, middle, fine = widths[:0:-1]
        self.dilated = nn.Sequential(*(GatedConv(deep, deep, rate=rate) for rate in config.refine_rates))
        self.attended = GatedConv(deep, deep)
        self.merged = GatedConv(2 * deep, deep)
        self.ups = nn.ModuleList([nn.Sequential(GatedUp(i, o), GatedConv(o, o)) for i, o in ((deep, middle), (2 * middle, fine))])
        self.carried = nn.ModuleList([nn.Sequential(GatedConv(o, o), GatedConv(o, o, rate=2)) for o in (middle, fine)])
        self.head = GatedUp(2 * fine, 3)

    def forward(self, x: torch.Tensor, hole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = []
        for down in self.downs:
            x = down(x)
            features.append(x)
        features.pop()
        x = self.dilated(x)
        attention = attend(x, hole, self.sharpness)
        x = self.merged(torch.cat([x, self.attended(carry(x, attention, kernel=3))], dim=1))
        for up, carried in zip(self.ups, self.carried, strict=True):
            skip = features.pop()
            kernel = 2 * (skip.shape[2] * _CELL // hole.shape[2])
            x = torch.cat([carried(carry(skip, attention, kernel=kernel)), up(x)], dim=1)
        return self.head(x).clip(-1, 1), attention


class Filler(nn.Module):
    """A picture with the hole erased to 0, [N, 3, H, W] in [-1, 1], and the hole, [N, 1, H, W], 1 where it is, to three tensors:

    the first guess and the filled picture, [N, 3, H, W] in [-1, 1], and the attention, [N, K, K] for the K = (H / 16) * (W / 16)
    cells of 16x16 pixels: how much each cell takes from each other. H and W: multiples of 16; the original takes 512x512.
    A hole between 0 and 1 is soft: it says how much of the fill shows. Trainable parameters: 2,722,791 by default.
    """

    def __init__(self, config: FillerConfig):
        super().__init__()
        self.config = config
        self.coarse = Coarse(config)
        self.refine = Refine(config)

    def forward(self, picture: torch.Tensor, hole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        guess = self.coarse(torch.cat([picture, hole], dim=1))
        patched = guess * hole + picture * (1 - hole)
        filled, attention = self.refine(torch.cat([patched, hole], dim=1), hole)
        return guess, filled, attention


class Critic(nn.Module):
    """A picture, [N, 3, size, size] in [-1, 1], to a score, [N, 1], higher for real ones. 5,961,601 parameters by default."""

    def __init__(self, config: CriticConfig):
        super().__init__()
        self.slope = float(np.float32(config.slope))  # what Paddle 3.0 computes with, in float64 too
        widths, side = (3, *config.down), config.size // 2 ** len(config.down)
        self.convs = nn.ModuleList([nn.Conv2d(i, o, 5, stride=2) for i, o in zip(widths[:-1], widths[1:], strict=True)])
        self.head = nn.Linear(widths[-1] * side**2, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = picture
        for conv in self.convs:
            x = F.leaky_relu(conv(F.pad(x, [1, 2, 1, 2])), self.slope)  # "same" for k5 s2
        return self.head(x.reshape([len(x), -1]))  # Paddle's flatten has no second derivative, which the gradient penalty needs


def attend(x: torch.Tensor, hole: torch.Tensor, sharpness: float) -> torch.Tensor:
    """Return how much each cell of x takes from each other, [N, K, K]; nothing from a cell that the hole or its border touches.

    x: [N, C, H / 8, W / 8]; hole: [N, 1, H, W]. Patches of 3x3 are compared by their inner product with the other's normalised; a
    match counts with its neighbours' matches, along rows and along columns.
    """
    small = x[:, :, ::2, ::2]
    height, width = small.shape[2:]
    patches = F.unfold(small, 3, padding=1)  # [N, C * 9, K]
    norms = patches.square().sum(dim=1, keepdim=True).clip(min=_LEAST_NORM**2).sqrt()
    scores = _with_neighbours(torch.matmul(patches.mT, patches / norms))
    turned = _with_neighbours(_turned(scores, height, width))
    scores = _turned(turned, width, height)
    covered = F.max_pool2d(F.max_pool2d(hole, _CELL, stride=_CELL), 3, stride=1, padding=1)
    open_ = (1 - covered).flatten(1).unsqueeze(1)  # [N, 1, K]
    return F.softmax(scores * open_ * sharpness, dim=-1) * open_


def carry(features: torch.Tensor, attention: torch.Tensor, *, kernel: int) -> torch.Tensor:
    """Return features, [N, C, h, w], each cell's replaced by those it attends to. Patches of `kernel` overlap and add up."""
    height, width = features.shape[2:]
    stride = _stride(kernel)
    before, after = (kernel - stride) // 2, kernel - stride - (kernel - stride) // 2
    patches = F.unfold(F.pad(features, [before, after, before, after]), kernel, stride=stride)  # [N, C * kernel ** 2, K]
    moved = torch.matmul(patches, attention.mT)
    padded = F.fold(moved, (height + kernel - stride, width + kernel - stride), kernel, stride=stride)
    return padded[:, :, before : before + height, before : before + width]


def resized(x: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return [N, C, H, W] resized bilinearly, sampled at pixel centres."""
    return F.interpolate(x, size=[height, width], mode="bilinear", align_corners=False)


def _stride(kernel: int) -> int:
    # Patches are twice as large as a cell, at the deepest layer, whose cells are 2x2, one less.
    return (kernel + 1) // 2


def _with_neighbours(scores: torch.Tensor) -> torch.Tensor:
    """Return s[p, q] + s[p - 1, q - 1] + s[p + 1, q + 1] of [N, K, K]: what a 3x3 identity kernel makes of it."""
    padded = F.pad(scores.unsqueeze(1), [1, 1, 1, 1]).squeeze(1)
    return scores + padded[:, :-2, :-2] + padded[:, 2:, 2:]


def _turned(scores: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return [N, K, K] with both K counted along columns instead of rows; height and width: as they are counted now."""
    grid = scores.reshape([-1, height, width, height, width]).permute([0, 2, 1, 4, 3])
    return grid.reshape([-1, height * width, height * width])
