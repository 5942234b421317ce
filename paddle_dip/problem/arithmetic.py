"""How much arithmetic a fit is: the convolutions' multiplications and additions, which are nearly all of it."""

from dataclasses import dataclass

from paddle_dip.problem.architectures import DeepDecoderConfig, HourglassConfig, NetworkConfig, SkipConfig, UNetConfig


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


def step_flops(config: NetworkConfig, height: int, width: int, channels: int = 3) -> int:
    """Return the floating-point operations of one step, forward and backward, of the network painting `height` x `width` pixels.

    0.460e12 for the paper's network at 512x512.
    """
    return sum(convolution.flops() for convolution in convolutions(config, height, width, channels))


def convolutions(config: NetworkConfig, height: int, width: int, channels: int = 3) -> list[Convolution]:
    """Return every convolution of the network painting `height` x `width` pixels."""
    pixels = [(height >> scale) * (width >> scale) for scale in range(config.scales + 1)]
    return _FAMILIES[type(config)](config, channels, pixels)


# Each family's convolutions; pixels: of the image at every scale, the finest first.


def _skip(config: SkipConfig, channels: int, pixels: list[int]) -> list[Convolution]:
    found = [Convolution(config.up[0], channels, 1, pixels[0])]
    inputs = config.input_depth
    for index, (down, up, skip) in enumerate(zip(config.down, config.up, config.skip, strict=True)):
        here, below = pixels[index : index + 2]
        passes = 3 if index else 2
        deeper = config.up[index + 1] if index + 1 < config.scales else down
        strided = below if config.downsampling == "stride" else here
        found.append(Convolution(inputs, skip, 1, here, passes))
        found.append(Convolution(inputs, down, config.down_kernel, strided, passes))
        found.append(Convolution(down, down, config.down_kernel, below))
        found.append(Convolution(skip + deeper, up, config.up_kernel, here))
        if config.downsampling == "lanczos2":
            found.append(Convolution(1, down, 8, below, passes=2))  # each channel by itself, the weights fixed
        if config.upsampling_at(index) == "transposed":
            found.append(Convolution(deeper, deeper, 4, below))
        if config.up_1x1:
            found.append(Convolution(up, up, 1, here))
        inputs = down
    return found


def _hourglass(config: HourglassConfig, channels: int, pixels: list[int]) -> list[Convolution]:
    found = []
    inputs, deeper = (config.input_depth, *config.down), (*config.up, config.down[-1])
    outputs, skips = (channels, *config.up), (0, *config.skip)
    for index in range(config.scales):
        here, below = pixels[index : index + 2]
        found.append(Convolution(inputs[index], inputs[index + 1], 5, below, passes=3 if index else 2))
        found.append(Convolution(inputs[index], skips[index], 5, here))
        if config.kind == "transposed":
            found.append(Convolution(deeper[index], outputs[index] - skips[index], 4, below))
        else:
            found.append(Convolution(deeper[index] // 4 + skips[index], outputs[index], 5, here))
    return found


def _unet(config: UNetConfig, channels: int, pixels: list[int]) -> list[Convolution]:
    found = [Convolution(config.widths[0], channels, 1, pixels[0])]
    inputs = config.input_depth
    for index, (width, here) in enumerate(zip(config.widths, pixels, strict=True)):
        found.append(Convolution(inputs, width, 3, here, passes=3 if index else 2))
        found.append(Convolution(width, width, 3, here))
        if index:
            kernel, places = (4, here) if config.upsampling == "transposed" else (3, pixels[index - 1])
            found.append(Convolution(width, inputs, kernel, places))
            found.append(Convolution(2 * inputs, inputs, 3, pixels[index - 1]))
            found.append(Convolution(inputs, inputs, 3, pixels[index - 1]))
        inputs = width
    return found


def _deep_decoder(config: DeepDecoderConfig, channels: int, pixels: list[int]) -> list[Convolution]:
    first = Convolution(config.input_depth, config.width, 1, pixels[-1], passes=2)
    others = [Convolution(config.width, config.width, 1, places) for places in pixels[:-1]]
    return [first, *others, Convolution(config.width, channels, 1, pixels[0])]


_FAMILIES = {SkipConfig: _skip, HourglassConfig: _hourglass, UNetConfig: _unet, DeepDecoderConfig: _deep_decoder}
