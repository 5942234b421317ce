"""The networks' building blocks: padded convolutions, what enlarges and shrinks, and the merge of two branches."""

from typing import Literal

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.problem.kernels import kernel_1d

# torch's momentum 0.1 is Paddle's 0.9: Paddle weighs the old value, torch the new one.
_BATCH_NORM = {"momentum": 0.9, "epsilon": 1e-5}
# How both frameworks call what a configuration's `pad` says.
_PADDING_MODES: dict[str, Literal["zeros", "reflect", "replicate"]] = {
    "zero": "zeros",
    "reflect": "reflect",
    "replicate": "replicate",
}


class ConvBlock(nn.Layer):
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

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.conv(x)
        if self.shrink is not None:
            x = self.shrink(x)
        if self.norm is not None:
            x = self.norm(x)
        return self.act(x)


class Merge(nn.Layer):
    """Enlarge the deeper branch twofold, concatenate [skip, deeper], both cut to the smaller size, and normalise."""

    def __init__(self, skip: int, deeper: int, *, upsampling: str = "bilinear"):
        super().__init__()
        self.up = upsample(upsampling, deeper)
        self.norm = batch_norm(skip + deeper)

    def forward(self, skip: paddle.Tensor | None, deeper: paddle.Tensor) -> paddle.Tensor:
        deeper = self.up(deeper)
        if skip is None:
            return self.norm(deeper)
        height, width = min(skip.shape[2], deeper.shape[2]), min(skip.shape[3], deeper.shape[3])
        return self.norm(paddle.concat([centre_crop(skip, height, width), centre_crop(deeper, height, width)], axis=1))


class Lanczos(nn.Layer):
    """Shrink twofold by the fixed Lanczos-2 kernel, phase 0.5, each channel by itself: [N, C, 2 H, 2 W] to [N, C, H, W].

    Source: the reference's models/downsampler.py, whose kernel is trained along, from one channel to another too: a slip there.
    """

    def __init__(self, channels: int):
        super().__init__()
        window = kernel_1d("lanczos2", 2)
        kernel = np.tile(np.outer(window, window), (channels, 1, 1, 1))
        self.register_buffer("kernel", paddle.to_tensor(kernel), persistable=False)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return F.conv2d(F.pad(x, [3] * 4, mode="replicate"), self.kernel, stride=2, groups=self.kernel.shape[0])


def convolution(inputs: int, outputs: int, kernel: int, *, stride: int = 1, pad: str = "reflect", bias: bool = True) -> nn.Conv2D:
    """Return a convolution, padded by half its kernel: [N, C, H, W] to [N, C', ceil(H / stride), ceil(W / stride)].

    pad: "reflect", "replicate" or "zero".
    """
    mode = _PADDING_MODES["zero" if kernel == 1 else pad]
    bias_attr = None if bias else False
    return nn.Conv2D(inputs, outputs, kernel, stride=stride, padding=kernel // 2, padding_mode=mode, bias_attr=bias_attr)


def transposed(inputs: int, outputs: int) -> nn.Conv2DTranspose:
    """Return a learnt enlargement, [N, C, H, W] to [N, C', 2 H, 2 W]: 4x4, stride 2, as in the reference's models/unet.py."""
    return nn.Conv2DTranspose(inputs, outputs, 4, stride=2, padding=1)


def batch_norm(channels: int) -> nn.BatchNorm2D:
    """Return the normalisation of [N, C, H, W] over all but C, with the reference's epsilon and momentum."""
    return nn.BatchNorm2D(channels, momentum=_BATCH_NORM["momentum"], epsilon=_BATCH_NORM["epsilon"])


def nonlinearity(name: str, *, slope: float = 0.2) -> nn.Layer:
    """Return the activation "leaky_relu" (with `slope`), "relu", "swish", "elu" or "none"."""
    if name == "leaky_relu":
        return nn.LeakyReLU(float(np.float32(slope)))  # what Paddle 3.0 computes with, in float64 too
    return {"relu": nn.ReLU, "swish": nn.Silu, "elu": nn.ELU, "none": nn.Identity}[name]()


def upsample(name: str, channels: int) -> nn.Layer:
    """Return what enlarges [N, C, H, W] to [N, C, 2 H, 2 W]: "bilinear", "nearest" or "transposed"."""
    if name == "transposed":
        return transposed(channels, channels)
    mode: Literal["nearest", "bilinear"] = "nearest" if name == "nearest" else "bilinear"
    return nn.Upsample(scale_factor=2, mode=mode)  # align_corners is False and align_mode 0 by default, as torch has them


def downsample(name: str, channels: int) -> nn.Layer:
    """Return what shrinks [N, C, 2 H, 2 W] to [N, C, H, W]: "avg", "max" or "lanczos2"."""
    if name == "lanczos2":
        return Lanczos(channels)
    return nn.MaxPool2D(2) if name == "max" else nn.AvgPool2D(2, exclusive=False)


def centre_crop(x: paddle.Tensor, height: int, width: int) -> paddle.Tensor:
    """Return the middle `height` x `width` of [N, C, H, W]; odd remainders leave one more at the end, as in the reference."""
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    if (top, left) == (0, 0) and x.shape[2:] == [height, width]:
        return x
    # Not x[...]: of that Paddle makes a view, and copies it, and its gradient, much more slowly.
    return paddle.crop(x, [*x.shape[:2], height, width], [0, 0, top, left])
