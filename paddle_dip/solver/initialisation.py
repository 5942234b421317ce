"""Initial weights, drawn with NumPy so that both frameworks start from the same numbers."""

import paddle
from paddle import nn

from paddle_dip.problem.randomness import initial_weights


def initialise(network: nn.Layer, seed: int, *, law: str = "torch") -> None:
    """Set weight and bias of every convolution of `network` by `law` (see `initial_weights`); BatchNorm keeps gamma 1, beta 0."""
    layers = [layer for layer in network.sublayers() if isinstance(layer, nn.Conv2D)]
    index = 0
    for layer in layers:
        fan_in = int(layer.weight.shape[1] * layer.weight.shape[2] * layer.weight.shape[3])
        for parameter in (layer.weight, layer.bias):
            values = initial_weights(tuple(parameter.shape), fan_in, seed, index, law=law, is_bias=parameter is layer.bias)
            parameter.set_value(paddle.to_tensor(values, dtype=parameter.dtype))
            index += 1
