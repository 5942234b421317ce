"""The skip network of the paper: what it is made of."""

from dataclasses import dataclass
from typing import ClassVar

from paddle_dip.errors import InputError, one_of
from paddle_dip.problem.networks.config import (
    LEAST,
    PADS,
    UPSAMPLINGS,
    Convolution,
    NetworkConfig,
    check_slope,
    check_widths,
    network_size,
    passed_numbers,
)

DOWNSAMPLINGS = ("stride", "avg", "max", "lanczos2")
ACTIVATIONS = ("leaky_relu", "swish", "elu")
UP_GRIDS = ("fine", "coarse")
# Numbers a canvas pixel with the compiled operators, measured at 512x512: 1533 at width 128 and 850 at 64 with a z of 32 channels,
# 436 at 32 with one of 8; in bf16, which halves most of what is kept, 1045 at 128, 338 at 32, and 281 there at 1024x1024. Of z
# there are four: itself, this step's noise, their sum and the next step's noise.
_NUMBERS_PER_CHANNEL = 10.5
_NUMBERS_PER_NARROW_CHANNEL = 7
_NUMBERS_PER_INPUT = 4
_NUMBERS_BESIDE = 60
# What `kept` is with them where the network enlarges by nearest neighbours, which takes a concatenation of its own: 1.4 to 2.1 for
# the three networks of the reference's inpainting.
_KEPT_COMPILED = 2.1


@dataclass(frozen=True)
class SkipConfig(NetworkConfig):
    """The skip ("hourglass") network of the paper; one entry per scale, the finest first.

    Source: the reference's models/skip.py. That has no transposed upsampling; here it is its models/unet.py's, the width kept.
    """

    down: tuple[int, ...] = (128,) * 5  # channels on the way down
    up: tuple[int, ...] = (128,) * 5  # channels on the way up
    skip: tuple[int, ...] = (4,) * 5  # channels of the skip branches, 0 for none
    input_depth: int = 32  # channels of z
    pad: str = "reflect"  # one of PADS
    slope: float = 0.2  # LeakyReLU's negative slope
    upsampling: str | tuple[str, ...] = "bilinear"  # one of UPSAMPLINGS, or one per scale
    downsampling: str = "stride"  # one of DOWNSAMPLINGS: the convolution's own stride, or what follows a convolution without
    activation: str = "leaky_relu"  # one of ACTIVATIONS
    down_kernel: int = 3  # size of the convolutions' kernels on the way down
    up_kernel: int = 3  # and of those on the way up
    up_1x1: bool = True  # a 1x1 convolution ends each scale's way up
    # Where the way up convolves: "fine", behind the merge, as in the reference; or "coarse", before the deeper branch is enlarged,
    # which leaves the merge to the 1x1 convolution and takes half the arithmetic.
    up_grid: str = "fine"

    kept: ClassVar[float] = 2.6

    def __post_init__(self):
        lengths = {"up": len(self.up), "skip": len(self.skip)}
        if not isinstance(self.upsampling, str):
            lengths["upsampling"] = len(self.upsampling)
        for name, length in lengths.items():
            if length != len(self.down):
                raise InputError(f"{name} must have one entry for each of the {len(self.down)} scales of down, not {length}")
        check_widths(down=self.down, up=self.up, input_depth=(self.input_depth,))
        check_widths(0, skip=self.skip)
        check_slope(self.slope)
        one_of("pad", self.pad, PADS)
        for index in range(self.scales):
            one_of("upsampling", self.upsampling_at(index), UPSAMPLINGS)
        one_of("downsampling", self.downsampling, DOWNSAMPLINGS)
        one_of("activation", self.activation, ACTIVATIONS)
        one_of("up_grid", self.up_grid, UP_GRIDS)
        if self.up_grid == "coarse" and not self.up_1x1:
            raise InputError("up_grid coarse needs up_1x1: nothing else joins the branches")
        for name in ("down_kernel", "up_kernel"):
            if getattr(self, name) < 1 or getattr(self, name) % 2 == 0:
                raise InputError(f"{name} must be odd and at least 1, not {getattr(self, name)}")

    @classmethod
    def examples(cls) -> dict[str, NetworkConfig]:
        """Return the family's named networks."""
        return {
            "skip": cls(),  # the paper's
            "skip-64": cls(down=(64,) * 5, up=(64,) * 5),  # at half the width
            "skip-64-coarse": cls(down=(64,) * 5, up=(64,) * 5, up_grid="coarse"),  # the same, convolving before it enlarges
            "skip-48": cls(down=(48,) * 5, up=(48,) * 5),  # the fast preset's of missing pixels
            "skip-32": cls(down=(32,) * 5, up=(32,) * 5, input_depth=8),  # the fast preset's
            # The quick preset's: the finest scale, which takes most of the time, is narrower still.
            "skip-16": cls(down=(16, 32, 32, 32, 32), up=(16, 32, 32, 32, 32), input_depth=4),
        }

    @property
    def scales(self) -> int:
        """How often the image is halved."""
        return len(self.down)

    @property
    def compiled(self) -> bool:
        """Whether the compiled operators (paddle_dip.solver.fast) have all its layers; where not, Paddle's own run."""
        enlarged = {self.upsampling_at(index) for index in range(self.scales)}
        merged_by_1x1 = self.up_grid == "coarse"
        bilinear = "bilinear" not in enlarged or merged_by_1x1 or (self.pad != "zero" and self.up_kernel == 3)
        return (self.downsampling, self.activation) == ("stride", "leaky_relu") and "transposed" not in enlarged and bilinear

    def upsampling_at(self, scale: int) -> str:
        """Return how what comes from below is brought to the size of `scale`, counted from 0, the finest."""
        return self.upsampling if isinstance(self.upsampling, str) else self.upsampling[scale]

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as large as the canvas, rounded up to what halves `scales` times."""
        least = max(LEAST, max(self.down_kernel, self.up_kernel) // 2 + 1)
        return 1, self.input_depth, *network_size((height, width), self.scales, least=least)

    def scale_convolutions(self, channels: int, pixels: list[int]) -> list[Convolution]:
        """Return every convolution. pixels: of the image at every scale, the finest first; channels: the image's."""
        found = [Convolution(self.up[0], channels, 1, pixels[0])]
        inputs = self.input_depth
        for index, (down, up, skip) in enumerate(zip(self.down, self.up, self.skip, strict=True)):
            here, below = pixels[index : index + 2]
            passes = 3 if index else 2
            deeper = self.up[index + 1] if index + 1 < self.scales else down
            strided = below if self.downsampling == "stride" else here
            found.append(Convolution(inputs, skip, 1, here, passes))
            found.append(Convolution(inputs, down, self.down_kernel, strided, passes))
            found.append(Convolution(down, down, self.down_kernel, below))
            if self.up_grid == "coarse":
                found += [Convolution(deeper, up, self.up_kernel, below), Convolution(skip + up, up, 1, here)]
                enlarged = up
            else:
                found.append(Convolution(skip + deeper, up, self.up_kernel, here))
                enlarged = deeper
            if self.downsampling == "lanczos2":
                found.append(Convolution(1, down, 8, below, passes=2))  # each channel by itself, the weights fixed
            if self.upsampling_at(index) == "transposed":
                found.append(Convolution(enlarged, enlarged, 4, below))
            if self.up_1x1 and self.up_grid == "fine":
                found.append(Convolution(up, up, 1, here))
            inputs = down
        return found

    def kept_numbers(self, height: int, width: int, *, bf16: bool = False) -> float:
        """Return about how many float32 numbers, or as much, a step holds at its peak, painting `height` x `width` pixels."""
        if not self.compiled:
            return super().kept_numbers(height, width)
        if any(self.upsampling_at(index) == "nearest" for index in range(self.scales)):
            return _KEPT_COMPILED * passed_numbers(self.convolutions(height, width))
        narrow = bf16 and self.up_grid == "fine"  # what one call paints
        per_channel = _NUMBERS_PER_NARROW_CHANNEL if narrow else _NUMBERS_PER_CHANNEL
        per_pixel = per_channel * max(self.down[0], self.up[0]) + _NUMBERS_PER_INPUT * self.input_depth + _NUMBERS_BESIDE
        return per_pixel * height * width
