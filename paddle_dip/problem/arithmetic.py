"""How much arithmetic a fit is: the convolutions' multiplications and additions, which are nearly all of it."""

from paddle_dip.problem.networks import NetworkConfig


def step_flops(config: NetworkConfig, height: int, width: int, channels: int = 3) -> int:
    """Return the floating-point operations of one step, forward and backward, of the network painting `height` x `width` pixels.

    0.460e12 for the paper's network at 512x512.
    """
    return sum(convolution.flops() for convolution in config.convolutions(height, width, channels))
