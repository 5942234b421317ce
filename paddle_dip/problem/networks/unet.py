"""The reference's UNet: what it is made of."""

from dataclasses import dataclass
from typing import ClassVar

from paddle_dip.errors import InputError, one_of
from paddle_dip.problem.networks.config import PADS, UPSAMPLINGS, Convolution, NetworkConfig, check_widths


@dataclass(frozen=True)
class UNetConfig(NetworkConfig):
    """The reference's UNet: max pooling on the way down, concatenation on the way up, BatchNorm on the way down only.

    Source: the reference's models/unet.py with its BatchNorm; its feature_scale and more_layers are `widths` here."""

    widths: tuple[int, ...] = (16, 32, 64, 128, 256)  # channels per level, the finest first: 64 to 1024 over feature_scale 4
    input_depth: int = 32  # channels of z
    pad: str = "zero"  # one of PADS
    upsampling: str = "transposed"  # one of UPSAMPLINGS; all but "transposed" are followed by a 3x3 convolution

    learning_rate: ClassVar[float] = 0.001  # the reference's for it: at 0.01, not normalised on its way up, it goes off or dies
    kept: ClassVar[float] = 2.1

    def __post_init__(self):
        check_widths(widths=self.widths, input_depth=(self.input_depth,))
        if len(self.widths) < 2:
            raise InputError(f"widths must have at least 2 entries, not {len(self.widths)}")
        one_of("pad", self.pad, PADS)
        one_of("upsampling", self.upsampling, UPSAMPLINGS)

    @classmethod
    def examples(cls) -> dict[str, NetworkConfig]:
        return {"unet": cls()}

    @property
    def scales(self) -> int:
        return len(self.widths) - 1

    def scale_convolutions(self, channels: int, pixels: list[int]) -> list[Convolution]:
        """Return every convolution. pixels: of the image at every scale, the finest first; channels: the image's."""
        found = [Convolution(self.widths[0], channels, 1, pixels[0])]
        inputs = self.input_depth
        for index, (width, here) in enumerate(zip(self.widths, pixels, strict=True)):
            found.append(Convolution(inputs, width, 3, here, passes=3 if index else 2))
            found.append(Convolution(width, width, 3, here))
            if index:
                kernel, places = (4, here) if self.upsampling == "transposed" else (3, pixels[index - 1])
                found.append(Convolution(width, inputs, kernel, places))
                found.append(Convolution(2 * inputs, inputs, 3, pixels[index - 1]))
                found.append(Convolution(inputs, inputs, 3, pixels[index - 1]))
            inputs = width
        return found
