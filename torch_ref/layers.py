"""The networks' building blocks: padded convolutions, what enlarges and shrinks, and the merge of two branches."""

from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from paddle_dip.problem.kernels import kernel_1d

# Paddle's momentum 0.9 is torch's 0.1: Paddle weighs the old value, torch the new one. Paddle keeps both numbers as float32
# whatever the dtype of the data, so these are the exact values of its float32 ones: plain 1e-5 costs 1e-10 in float64's output.
_BATCH_NORM = {"momentum": 1 - float(np.float32(0.9)), "eps": float(np.float32(1e-5))}
# How both frameworks call what a configuration's `pad` says.
_PADDING_MODES: dict[str, Literal["zeros", "reflect", "replicate"]] = {
    "zero": "zeros",
    "reflect": "reflect",
    "replicate": "replicate",
}


class ConvBlock(nn.Module):
    """Convolve, normalise over the batch, activate: [N, C, H, W] to [N, C', ceil(H / stride), ceil(W / stride)].

    downsampling: "stride", the convolution's own, or what follows a convolution of stride 1 instead where `stride` is 2.
    pad, activation: see `convolution` and `nonlinearity`. norm: without it the convolution is activated as it is.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        downsampling: str = "stride",
        pad: str = "reflect",
        activation: str = "leaky_relu",
        slope: float = 0.2,
        norm: bool = True,
    ):
        super().__init__()
        apart = stride == 2 and downsampling != "stride"
        self.pad = pad
        self.conv = convolution(inputs, outputs, kernel, stride=1 if apart else stride, pad=pad)
        self.shrink = downsample(downsampling, outputs) if apart else None
        self.norm = batch_norm(outputs) if norm else None
        self.act = nonlinearity(activation, slope=slope)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        if self.shrink is not None:
            x = self.shrink(x)
        if self.norm is not None:
            x = self.norm(x)
        return self.act(x)


class Merge(nn.Module):
    """Enlarge the deeper branch twofold, concatenate [skip, deeper], both cut to the smaller size, and normalise."""

    def __init__(self, skip: int, deeper: int, *, upsampling: str = "bilinear"):
        super().__init__()
        self.up = upsample(upsampling, deeper)
        self.norm = batch_norm(skip + deeper)

    def forward(self, skip: torch.Tensor | None, deeper: torch.Tensor) -> torch.Tensor:
        deeper = self.up(deeper)
        if skip is None:
            return self.norm(deeper)
        height, width = min(skip.shape[2], deeper.shape[2]), min(skip.shape[3], deeper.shape[3])
        return self.norm(torch.cat([centre_crop(skip, height, width), centre_crop(deeper, height, width)], dim=1))


class Lanczos(nn.Module):
    """Shrink twofold by the fixed Lanczos-2 kernel, phase 0.5, each channel by itself: [N, C, 2 H, 2 W] to [N, C, H, W].

    Source: the reference's models/downsampler.py, whose kernel is trained along, from one channel to another too: a slip there.
    """

    kernel: torch.Tensor

    def __init__(self, channels: int):
        super().__init__()
        window = kernel_1d("lanczos2", 2)
        kernel = np.tile(np.outer(window, window), (channels, 1, 1, 1))
        self.register_buffer("kernel", torch.as_tensor(kernel), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.conv2d(F.pad(x, [3] * 4, mode="replicate"), self.kernel, stride=2, groups=self.kernel.shape[0])


def convolution(inputs: int, outputs: int, kernel: int, *, stride: int = 1, pad: str = "reflect", bias: bool = True) -> nn.Conv2d:
    """Return a convolution, padded by half its kernel: [N, C, H, W] to [N, C', ceil(H / stride), ceil(W / stride)].

    pad: "reflect", "replicate" or "zero".
    """
    mode = _PADDING_MODES["zero" if kernel == 1 else pad]
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, padding_mode=mode, bias=bias)


def transposed(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """Return a learnt enlargement, [N, C, H, W] to [N, C', 2 H, 2 W]: 4x4, stride 2, as in the reference's models/unet.py."""
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """Return the normalisation of [N, C, H, W] over all but C, with the reference's epsilon and momentum."""
    return nn.BatchNorm2d(channels, momentum=_BATCH_NORM["momentum"], eps=_BATCH_NORM["eps"])


def nonlinearity(name: str, *, slope: float = 0.2) -> nn.Module:
    """Return the activation "leaky_relu" (with `slope`), "relu", "swish", "elu" or "none"."""
    if name == "leaky_relu":
        return nn.LeakyReLU(float(np.float32(slope)))  # what Paddle 3.0 computes with, in float64 too
    return {"relu": nn.ReLU, "swish": nn.SiLU, "elu": nn.ELU, "none": nn.Identity}[name]()


def upsample(name: str, channels: int) -> nn.Module:
    """Return what enlarges [N, C, H, W] to [N, C, 2 H, 2 W]: "bilinear", "nearest" or "transposed"."""
    if name == "transposed":
        return transposed(channels, channels)
    return nn.Upsample(scale_factor=2, mode=name)  # bilinear has align_corners=False by default


def downsample(name: str, channels: int) -> nn.Module:
    """Return what shrinks [N, C, 2 H, 2 W] to [N, C, H, W]: "avg", "max" or "lanczos2"."""
    if name == "lanczos2":
        return Lanczos(channels)
    return nn.MaxPool2d(2) if name == "max" else nn.AvgPool2d(2)


def centre_crop(x: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """Return the middle `height` x `width` of [N, C, H, W]; odd remainders leave one more at the end, as in the reference."""
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]
