"""Two hourglass networks, enlarged by pixel shuffle or by transposed convolutions: what they are made of."""

from dataclasses import dataclass
from typing import ClassVar

from paddle_dip.errors import InputError, one_of
from paddle_dip.problem.networks.config import Convolution, NetworkConfig, check_slope, check_widths

HOURGLASSES = ("pixel-shuffle", "transposed")


@dataclass(frozen=True)
class HourglassConfig(NetworkConfig):
    """One of two hourglass networks that differ on the way up, made for random-pixel inpainting: 5x5 kernels, zeros around.

    down: one entry per halving. up and skip: one entry per size in between, of 1/2, 1/4, ... of the image's side.
    """

    kind: str = "pixel-shuffle"  # one of HOURGLASSES
    down: tuple[int, ...] = (8, 16, 32, 64, 128, 256)  # channels on the way down
    up: tuple[int, ...] = (16, 16, 32, 64, 128)  # channels on the way up
    skip: tuple[int, ...] = (0, 0, 4, 4, 4)  # channels of the skip branches, 0 for none
    input_depth: int = 3  # channels of z
    slope: float = 0.01  # LeakyReLU's negative slope

    kept: ClassVar[float] = 2.6  # its compiled operators take less

    def __post_init__(self):
        one_of("kind", self.kind, HOURGLASSES)
        for name in ("up", "skip"):
            if len(getattr(self, name)) != self.scales - 1:
                raise InputError(f"{name} must have one entry fewer than down, {self.scales - 1}, not {len(getattr(self, name))}")
        check_widths(down=self.down, up=self.up, input_depth=(self.input_depth,))
        check_widths(0, skip=self.skip)
        check_slope(self.slope)
        shuffled = (self.down[-1], *self.up)
        if self.kind == "pixel-shuffle" and any(width % 4 for width in shuffled):
            raise InputError(f"up and the last entry of down must be multiples of 4 to be shuffled, not {shuffled}")
        if self.kind == "transposed" and any(skip >= up for skip, up in zip(self.skip, self.up, strict=True)):
            raise InputError(f"up must exceed skip, whose channels it counts, not {self.up} with {self.skip}")

    @classmethod
    def examples(cls) -> dict[str, NetworkConfig]:
        return {"pixel-shuffle": cls(), "transposed": cls(kind="transposed", up=(8, 16, 32, 64, 128))}

    @property
    def scales(self) -> int:
        return len(self.down)

    def scale_convolutions(self, channels: int, pixels: list[int]) -> list[Convolution]:
        """Return every convolution. pixels: of the image at every scale, the finest first; channels: the image's."""
        found = []
        inputs, deeper = (self.input_depth, *self.down), (*self.up, self.down[-1])
        outputs, skips = (channels, *self.up), (0, *self.skip)
        for index in range(self.scales):
            here, below = pixels[index : index + 2]
            found.append(Convolution(inputs[index], inputs[index + 1], 5, below, passes=3 if index else 2))
            found.append(Convolution(inputs[index], skips[index], 5, here))
            if self.kind == "transposed":
                found.append(Convolution(deeper[index], outputs[index] - skips[index], 4, below))
            else:
                found.append(Convolution(deeper[index] // 4 + skips[index], outputs[index], 5, here))
        return found
