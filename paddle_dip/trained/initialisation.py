"""Initial weights of the trained networks, drawn with NumPy so that both frameworks start from the same numbers."""

import numpy as np
import paddle
from paddle import nn

from paddle_dip.trained.problem.randomness import layer_values

_LAYERS = (nn.Conv2D, nn.Conv2DTranspose, nn.Linear)


def initialise(network: nn.Layer, seed: int, *, law: str, number: int = 0) -> None:
    """Set weight and bias of every convolution and linear layer by `law` (see `layer_values`); BatchNorm keeps gamma 1, beta 0.

    number: which of several networks of one seed this is.
    """
    index = 0
    for layer in network.sublayers():
        if not isinstance(layer, _LAYERS):
            continue
        transposed = isinstance(layer, nn.Linear)  # Paddle's linear weight is [in, out], torch's [out, in]
        shape = tuple(layer.weight.shape)[::-1] if transposed else tuple(layer.weight.shape)
        area = int(np.prod(shape[2:]))
        fans = (shape[1] * area, shape[0] * area)  # as torch counts them, for a transposed convolution too
        for parameter in (layer.weight, layer.bias):
            if parameter is None:
                continue
            is_bias = parameter is layer.bias
            values = layer_values(
                tuple(parameter.shape) if is_bias else shape, fans, seed, (number, index), law=law, is_bias=is_bias
            )
            values = np.ascontiguousarray(values.T) if transposed and not is_bias else values
            parameter.set_value(paddle.to_tensor(values, dtype=parameter.dtype))
            index += 1
