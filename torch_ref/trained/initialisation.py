"""Initial weights of the trained networks, drawn with NumPy so that both frameworks start from the same numbers."""

import numpy as np
import torch
from torch import nn

from paddle_dip.trained.problem.randomness import layer_values

_LAYERS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def initialise(network: nn.Module, seed: int, *, law: str, number: int = 0) -> None:
    """Set weight and bias of every convolution and linear layer by `law` (see `layer_values`); BatchNorm keeps gamma 1, beta 0.

    number: which of several networks of one seed this is.
    """
    index = 0
    for layer in network.modules():
        if not isinstance(layer, _LAYERS):
            continue
        shape = tuple(layer.weight.shape)
        area = int(np.prod(shape[2:]))
        fans = (shape[1] * area, shape[0] * area)
        for parameter in (layer.weight, layer.bias):
            if parameter is None:
                continue
            is_bias = parameter is layer.bias
            values = layer_values(tuple(parameter.shape), fans, seed, (number, index), law=law, is_bias=is_bias)
            with torch.no_grad():
                parameter.copy_(torch.as_tensor(values))
            index += 1
