"""What a network is made of, as frozen dataclasses: one for each family, no framework.

Each says how often it halves its image (`scales`) and the shape of its z (`input_shape`), and refuses what can't be built.
"""

from dataclasses import dataclass

from paddle_dip.errors import InputError

PADS = ("reflect", "replicate", "zero")
UPSAMPLINGS = ("bilinear", "nearest", "transposed")
DOWNSAMPLINGS = ("stride", "avg", "max", "lanczos2")
ACTIVATIONS = ("leaky_relu", "swish", "elu")
HOURGLASSES = ("pixel-shuffle", "transposed")
_LEAST = 2  # pixels at the deepest scale: reflection pads by less than the side, and BatchNorm needs more than one value


@dataclass(frozen=True)
class SkipConfig:
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
    up_kernel: int = 3  # and behind each merge
    up_1x1: bool = True  # a 1x1 convolution ends each scale's way up

    def __post_init__(self):
        lengths = {"up": len(self.up), "skip": len(self.skip)}
        if not isinstance(self.upsampling, str):
            lengths["upsampling"] = len(self.upsampling)
        for name, length in lengths.items():
            if length != len(self.down):
                raise InputError(f"{name} must have one entry for each of the {len(self.down)} scales of down, not {length}")
        _check_widths(down=self.down, up=self.up, input_depth=(self.input_depth,))
        _check_widths(0, skip=self.skip)
        _check_choice("pad", self.pad, PADS)
        for index in range(self.scales):
            _check_choice("upsampling", self.upsampling_at(index), UPSAMPLINGS)
        _check_choice("downsampling", self.downsampling, DOWNSAMPLINGS)
        _check_choice("activation", self.activation, ACTIVATIONS)
        for name in ("down_kernel", "up_kernel"):
            if getattr(self, name) < 1 or getattr(self, name) % 2 == 0:
                raise InputError(f"{name} must be odd and at least 1, not {getattr(self, name)}")

    @property
    def scales(self) -> int:
        """How often the image is halved."""
        return len(self.down)

    @property
    def compiled(self) -> bool:
        """Whether the compiled operators (paddle_dip.solver.fast) have all its layers; where not, Paddle's own run."""
        enlarged = {self.upsampling_at(index) for index in range(self.scales)}
        bilinear = "bilinear" not in enlarged or (self.pad != "zero" and self.up_kernel == 3)
        return (self.downsampling, self.activation) == ("stride", "leaky_relu") and "transposed" not in enlarged and bilinear

    def upsampling_at(self, scale: int) -> str:
        """Return how what comes from below is brought to the size of `scale`, counted from 0, the finest."""
        return self.upsampling if isinstance(self.upsampling, str) else self.upsampling[scale]

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as large as the canvas, rounded up to what halves `scales` times."""
        least = max(_LEAST, max(self.down_kernel, self.up_kernel) // 2 + 1)
        return 1, self.input_depth, *network_size((height, width), self.scales, least=least)


@dataclass(frozen=True)
class HourglassConfig:
    """One of two hourglass networks that differ on the way up, made for random-pixel inpainting: 5x5 kernels, zeros around.

    down: one entry per halving. up and skip: one entry per size in between, of 1/2, 1/4, ... of the image's side.
    """

    kind: str = "pixel-shuffle"  # one of HOURGLASSES
    down: tuple[int, ...] = (8, 16, 32, 64, 128, 256)  # channels on the way down
    up: tuple[int, ...] = (16, 16, 32, 64, 128)  # channels on the way up
    skip: tuple[int, ...] = (0, 0, 4, 4, 4)  # channels of the skip branches, 0 for none
    input_depth: int = 3  # channels of z
    slope: float = 0.01  # LeakyReLU's negative slope

    def __post_init__(self):
        _check_choice("kind", self.kind, HOURGLASSES)
        for name in ("up", "skip"):
            if len(getattr(self, name)) != self.scales - 1:
                raise InputError(f"{name} must have one entry fewer than down, {self.scales - 1}, not {len(getattr(self, name))}")
        _check_widths(down=self.down, up=self.up, input_depth=(self.input_depth,))
        _check_widths(0, skip=self.skip)
        shuffled = (self.down[-1], *self.up)
        if self.kind == "pixel-shuffle" and any(width % 4 for width in shuffled):
            raise InputError(f"up and the last entry of down must be multiples of 4 to be shuffled, not {shuffled}")
        if self.kind == "transposed" and any(skip >= up for skip, up in zip(self.skip, self.up, strict=True)):
            raise InputError(f"up must exceed skip, whose channels it counts, not {self.up} with {self.skip}")

    @property
    def scales(self) -> int:
        """How often the image is halved."""
        return len(self.down)

    @property
    def compiled(self) -> bool:
        """Whether it runs through the compiled operators; transposed convolutions are Paddle's own."""
        return True

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as large as the canvas, rounded up to what halves `scales` times."""
        return 1, self.input_depth, *network_size((height, width), self.scales)


@dataclass(frozen=True)
class UNetConfig:
    """The reference's UNet: max pooling on the way down, concatenation on the way up, BatchNorm on the way down only.

    Source: the reference's models/unet.py with its BatchNorm; its feature_scale and more_layers are `widths` here. The reference
    trains it at 0.001: at the skip network's 0.01 it goes off, having no normalisation on the way up.
    """

    widths: tuple[int, ...] = (16, 32, 64, 128, 256)  # channels per level, the finest first: 64 to 1024 over feature_scale 4
    input_depth: int = 32  # channels of z
    pad: str = "zero"  # one of PADS
    upsampling: str = "transposed"  # one of UPSAMPLINGS; all but "transposed" are followed by a 3x3 convolution

    def __post_init__(self):
        _check_widths(widths=self.widths, input_depth=(self.input_depth,))
        if len(self.widths) < 2:
            raise InputError(f"widths must have at least 2 entries, not {len(self.widths)}")
        _check_choice("pad", self.pad, PADS)
        _check_choice("upsampling", self.upsampling, UPSAMPLINGS)

    @property
    def scales(self) -> int:
        """How often the image is halved."""
        return len(self.widths) - 1

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as large as the canvas, rounded up to what halves `scales` times."""
        return 1, self.input_depth, *network_size((height, width), self.scales)


@dataclass(frozen=True)
class DeepDecoderConfig:
    """The deep decoder: 1x1 convolutions and bilinear enlargement of a small z; fewer parameters than pixels.

    Source: Heckel and Hand, "Deep Decoder", 2019, and its authors' decodernw, which has one layer more behind the last enlargement.
    """

    width: int = 128  # channels of every layer
    scales: int = 5  # how often z is doubled to become the image
    input_depth: int = 128  # channels of z

    def __post_init__(self):
        _check_widths(width=(self.width,), scales=(self.scales,), input_depth=(self.input_depth,))

    def input_shape(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the shape of z for a canvas of that size: as small as makes the canvas when doubled `scales` times."""
        return 1, self.input_depth, *(side >> self.scales for side in network_size((height, width), self.scales))


NetworkConfig = SkipConfig | HourglassConfig | UNetConfig | DeepDecoderConfig


def network_size(canvas: tuple[int, int], scales: int, *, least: int = _LEAST) -> tuple[int, int]:
    """Return the size, at least `canvas`, that a network works at: multiples of 2 ** scales, and at least `least` times that."""
    multiple = 2**scales
    return tuple(max(-(-side // multiple), least) * multiple for side in canvas)


def _check_widths(least: int = 1, **widths: tuple[int, ...]) -> None:
    for name, values in widths.items():
        if not values or min(values) < least:
            raise InputError(f"{name} must be at least {least} everywhere, not {', '.join(map(str, values)) or 'empty'}")


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
