"""Convolutional autoencoders: of digits through 4 numbers, of colour photos through 128.

Source: the PyTorch code behind the write-up, which says less (its decoder lacks the strides). In use they take BatchNorm's running
statistics: call eval().
"""

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.solver.layers import batch_norm
from paddle_dip.trained.problem.architectures import DigitAutoencoderConfig, PhotoAutoencoderConfig


class Block(nn.Layer):
    """Convolve, halve by pooling if asked to, normalise if asked to, ReLU."""

    def __init__(self, inputs: int, outputs: int, *, padding: int = 1, pool: bool = False, norm: bool = True):
        super().__init__()
        self.conv = nn.Conv2D(inputs, outputs, 3, stride=2, padding=padding)
        self.pool = pool
        self.norm = batch_norm(outputs) if norm else None

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = self.conv(x)
        if self.pool:
            x = F.max_pool2d(x, 3, stride=2, padding=1)
        return F.relu(x if self.norm is None else self.norm(x))


class UpBlock(nn.Layer):
    """Repeat each pixel if asked to, convolve transposed at stride 2, normalise, ReLU."""

    def __init__(self, inputs: int, outputs: int, *, padding: int, output_padding: int, repeat: bool = False):
        super().__init__()
        self.conv = nn.Conv2DTranspose(inputs, outputs, 3, stride=2, padding=padding, output_padding=output_padding)
        self.repeat = repeat
        self.norm = batch_norm(outputs)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        if self.repeat:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return F.relu(self.norm(self.conv(x)))


class DigitAutoencoder(nn.Layer):
    """Grey digits, [N, 1, 28, 28] in [0, 1], to digits of the same shape and range. 87,125 parameters by default."""

    def __init__(self, config: DigitAutoencoderConfig):
        super().__init__()
        self.config = config
        self.downs = nn.Sequential(Block(1, 8, norm=False), Block(8, 16), Block(16, 32, padding=0, norm=False))
        self.code = nn.Sequential(nn.Linear(288, 128), nn.ReLU(), nn.Linear(128, config.latent))
        self.uncode = nn.Sequential(nn.Linear(config.latent, 128), nn.ReLU(), nn.Linear(128, 288), nn.ReLU())
        self.ups = nn.Sequential(UpBlock(32, 16, padding=0, output_padding=0), UpBlock(16, 8, padding=1, output_padding=1))
        self.head = nn.Conv2DTranspose(8, 1, 3, stride=2, padding=1, output_padding=1)

    def encode(self, x: paddle.Tensor) -> paddle.Tensor:
        """Return the latent vectors, [N, latent]."""
        return self.code(self.downs(x).flatten(1))

    def decode(self, latent: paddle.Tensor) -> paddle.Tensor:
        """Return the pictures, [N, 1, 28, 28] in [0, 1], of latent vectors."""
        return F.sigmoid(self.head(self.ups(self.uncode(latent).reshape([-1, 32, 3, 3]))))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.decode(self.encode(x))


class PhotoAutoencoder(nn.Layer):
    """Colour photos, [N, 3, size, size] in [0, 1], to photos of the same shape and range. 1,137,379 parameters by default."""

    def __init__(self, config: PhotoAutoencoderConfig):
        super().__init__()
        self.config = config
        self.side = config.size // 64  # of the innermost layer
        inner = 32 * self.side**2
        self.downs = nn.Sequential(Block(3, 8, pool=True), Block(8, 16, pool=True), Block(16, 32, padding=0, pool=True, norm=False))
        self.code = nn.Sequential(nn.Linear(inner, 256), nn.ReLU(), nn.Linear(256, config.latent))
        self.uncode = nn.Sequential(nn.Linear(config.latent, 256), nn.ReLU(), nn.Linear(256, inner), nn.ReLU())
        self.ups = nn.Sequential(
            UpBlock(32, 16, padding=1, output_padding=0, repeat=True), UpBlock(16, 8, padding=1, output_padding=1, repeat=True)
        )
        self.head = nn.Conv2DTranspose(8, 3, 19, stride=2, padding=1, output_padding=1)

    def encode(self, x: paddle.Tensor) -> paddle.Tensor:
        """Return the latent vectors, [N, latent]."""
        return self.code(self.downs(x).flatten(1))

    def decode(self, latent: paddle.Tensor) -> paddle.Tensor:
        """Return the pictures, [N, 3, size, size] in [0, 1], of latent vectors."""
        x = self.ups(self.uncode(latent).reshape([-1, 32, self.side, self.side]))
        return F.sigmoid(self.head(F.interpolate(x, scale_factor=2, mode="nearest")))

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.decode(self.encode(x))
