"""Initial weights, drawn with NumPy so that both frameworks start from the same numbers."""

from math import prod

import paddle
from paddle import nn

from paddle_dip.problem.randomness import initial_weights


def initialise(network: nn.Layer, seed: int, *, law: str = "torch") -> None:
    """Set weight and bias of every convolution of `network` by `law` (see `initial_weights`); BatchNorm keeps gamma 1, beta 0."""
    layers = [layer for layer in network.sublayers() if isinstance(layer, nn.Conv2D | nn.Conv2DTranspose)]
    index = 0
    for layer in layers:
        # Out and in, or in and out of a transposed one, whose fans torch counts by position all the same.
        first, second, *area = layer.weight.shape
        fan_out = first * prod(area) if isinstance(layer, nn.Conv2DTranspose) else None
        for parameter in (p for p in (layer.weight, layer.bias) if p is not None):
            shape, is_bias = tuple(parameter.shape), parameter is layer.bias
            values = initial_weights(shape, second * prod(area), seed, index, law=law, is_bias=is_bias, fan_out=fan_out)
            parameter.set_value(paddle.to_tensor(values, dtype=parameter.dtype))
            index += 1
