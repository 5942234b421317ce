"""How much arithmetic a fit is: the convolutions' multiplications and additions, which are nearly all of it."""

from paddle_dip.problem.architectures import SkipConfig


def step_flops(config: SkipConfig, height: int, width: int, channels: int = 3) -> int:
    """Return the floating-point operations of one step, forward and backward, of the network painting `height` x `width` pixels.

    A multiply-add counts as two. The backward pass takes the forward's again for the weights, and for the inputs but z, which needs
    no gradient. 0.460e12 for the paper's network at 512x512.
    """
    total = 0
    for inputs, outputs, kernel, pixels, first in _convolutions(config, height, width, channels):
        total += 2 * inputs * outputs * kernel**2 * pixels * (2 if first else 3)
    return total


def _convolutions(config: SkipConfig, height: int, width: int, channels: int) -> list[tuple[int, int, int, int, bool]]:
    """Return (inputs, outputs, kernel, output pixels, reads z) of every convolution."""
    found = [(config.up[0], channels, 1, height * width, False)]
    inputs = config.input_depth
    for index, (down, up, skip) in enumerate(zip(config.down, config.up, config.skip, strict=True)):
        here = (height >> index) * (width >> index)
        below = (height >> index + 1) * (width >> index + 1)
        deeper = config.up[index + 1] if index + 1 < len(config.down) else down
        found += [(inputs, skip, 1, here, index == 0), (inputs, down, 3, below, index == 0), (down, down, 3, below, False)]
        found += [(skip + deeper, up, 3, here, False), (up, up, 1, here, False)]
        inputs = down
    return found
