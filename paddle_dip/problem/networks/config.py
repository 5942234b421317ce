"""What every network's configuration has: its sizes, its convolutions, and the memory that follows from those."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from paddle_dip.errors import InputError

PADS = ("reflect", "replicate", "zero")
UPSAMPLINGS = ("bilinear", "nearest", "transposed")
LEAST = 2  # pixels at the deepest scale: reflection pads by less than the side, and BatchNorm needs more than one value
_KEPT_BESIDE = 40  # float32 numbers a canvas pixel, beside those that `kept` counts


@dataclass(frozen=True)
class Convolution:
    """One of a network's convolutions. places: at how many pixels its kernel lies, its output's, or its input's if transposed.

    passes: how often a step takes it: forward, for the weights' gradient, and for the input's, which z doesn't need.
    """

    inputs: int
    outputs: int
    kernel: int
    places: int
    passes: int = 3

    def flops(self) -> int:
        """Return the operations of a step; a multiply-add counts as two."""
        return 2 * self.inputs * self.outputs * self.kernel**2 * self.places * self.passes


@dataclass(frozen=True)
class NetworkConfig(ABC):
    """The base of each family's configuration, a frozen dataclass that refuses what can't be built.

    Beside what is here it says which options it has, and what only it does: its class is the one place for both.
    """

    # At which the family can be compared and timed: the paper's, where the family says no other.
    learning_rate: ClassVar[float] = 0.01
    # float32 numbers that a step of Paddle's own layers keeps for each one that a convolution reads or makes. Measured as peak
    # resident size less the size before the fit, on canvases of 256 and 512 pixels a side; within a quarter of what was measured.
    kept: ClassVar[float]

    @property
    @abstractmethod
    def scales(self) -> int:
        """How often the image is halved."""

    @property
    @abstractmethod
    def input_depth(self) -> int:
        """The channels of z."""

    @classmethod
    @abstractmethod
    def examples(cls) -> dict[str, "NetworkConfig"]:
        """Return the family's named networks."""

    @abstractmethod
    def scale_convolutions(self, channels: int, pixels: list[int]) -> list[Convolution]:
        """Return every convolution. pixels: of the image at every scale, the finest first; channels: the image's."""

    def convolutions(self, height: int, width: int, channels: int = 3) -> list[Convolution]:
        """Return every convolution of the network painting `height` x `width` pixels."""
        return self.scale_convolutions(channels, [(height >> scale) * (width >> scale) for scale in range(self.scales + 1)])

    def kept_numbers(self, height: int, width: int, *, bf16: bool = False) -> float:
        """Return about how many float32 numbers, or as much, a step holds at its peak, painting `height` x `width` pixels.

        bf16: with products in bfloat16, of which networks may keep more in the same room; here it counts as float32.
        """
        found = self.convolutions(height, width)
        unfolded = max(c.inputs * c.kernel**2 * c.places for c in found)  # Paddle unfolds a convolution's input, one at a time
        return self.kept * passed_numbers(found) + unfolded + _KEPT_BESIDE * height * width

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as large as the canvas, rounded up to what halves `scales` times."""
        return 1, self.input_depth, *network_size((height, width), self.scales)


def passed_numbers(found: list[Convolution]) -> int:
    """Return how many numbers the convolutions read and make."""
    return sum((c.inputs + c.outputs) * c.places for c in found)


def network_size(canvas: tuple[int, int], scales: int, *, least: int = LEAST) -> tuple[int, int]:
    """Return the size, at least `canvas`, that a network works at: multiples of 2 ** scales, and at least `least` times that."""
    multiple = 2**scales
    return tuple(max(-(-side // multiple), least) * multiple for side in canvas)


def check_slope(slope: float) -> None:
    """Raise InputError where LeakyReLU's negative slope isn't a share of the positive one."""
    if not 0 <= slope <= 1:
        raise InputError(f"slope must be between 0 and 1, not {slope}")


def check_widths(least: int = 1, **widths: tuple[int, ...]) -> None:
    """Raise InputError where one of the named widths is below `least`, or there is none."""
    for name, values in widths.items():
        if not values or min(values) < least:
            raise InputError(f"{name} must be at least {least} everywhere, not {', '.join(map(str, values)) or 'empty'}")
