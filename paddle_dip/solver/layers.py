"""The two building blocks of the skip network: a padded convolution with its normalisation, and the merge of two branches."""

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import nn

# torch's momentum 0.1 is Paddle's 0.9: Paddle weighs the old value, torch the new one.
_BATCH_NORM = {"momentum": 0.9, "epsilon": 1e-5}


class ConvBlock(nn.Layer):
    """Pad, convolve, normalise over the batch, LeakyReLU: [N, C, H, W] to [N, C', ceil(H / stride), ceil(W / stride)]."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, pad: str = "reflect", slope: float = 0.2):
        super().__init__()
        self.reach = kernel // 2
        self.pad = pad
        self.slope = float(np.float32(slope))  # what Paddle 3.0 computes with, in float64 too
        self.conv = nn.Conv2D(inputs, outputs, kernel, stride=stride)
        self.norm = nn.BatchNorm2D(outputs, **_BATCH_NORM)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        if self.reach:
            x = F.pad(x, [self.reach] * 4, mode=self.pad)
        return F.leaky_relu(self.norm(self.conv(x)), self.slope)


class Merge(nn.Layer):
    """Enlarge the deeper branch twofold, concatenate [skip, deeper], both cut to the smaller size, and normalise."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = nn.BatchNorm2D(channels, **_BATCH_NORM)

    def forward(self, skip: paddle.Tensor | None, deeper: paddle.Tensor) -> paddle.Tensor:
        deeper = F.interpolate(deeper, scale_factor=2, mode="bilinear", align_corners=False)
        if skip is None:
            return self.norm(deeper)
        height, width = min(skip.shape[2], deeper.shape[2]), min(skip.shape[3], deeper.shape[3])
        return self.norm(paddle.concat([centre_crop(skip, height, width), centre_crop(deeper, height, width)], axis=1))


def centre_crop(x: paddle.Tensor, height: int, width: int) -> paddle.Tensor:
    """Return the middle `height` x `width` of [N, C, H, W]; odd remainders leave one more at the end, as in the reference."""
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    if (top, left) == (0, 0) and x.shape[2:] == [height, width]:
        return x
    return x[:, :, top : top + height, left : left + width]
