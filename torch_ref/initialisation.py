"""Initial weights, drawn with NumPy so that both frameworks start from the same numbers."""

import torch
from torch import nn

from paddle_dip.problem.randomness import initial_weights


def initialise(network: nn.Module, seed: int, *, law: str = "torch") -> None:
    """Set weight and bias of every convolution of `network` by `law` (see `initial_weights`); BatchNorm keeps gamma 1, beta 0."""
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    index = 0
    for layer in layers:
        fan_in = int(layer.weight.shape[1] * layer.weight.shape[2] * layer.weight.shape[3])
        for parameter in (layer.weight, layer.bias):
            values = initial_weights(tuple(parameter.shape), fan_in, seed, index, law=law, is_bias=parameter is layer.bias)
            with torch.no_grad():
                parameter.copy_(torch.as_tensor(values))
            index += 1
