"""A network's and its optimiser's state as named arrays, to take a run up again with the same bits."""

from typing import Any

import numpy as np
import paddle
from paddle import nn

from paddle_dip.errors import InputError

# What Paddle's Adam holds for a parameter: two arrays of its shape, two of one number.
MOMENTS = ("moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc")


def read_state(network: nn.Layer, adam: paddle.optimizer.Adam) -> dict[str, np.ndarray]:
    """Return "network/NAME" and "adam/MOMENT/NAME" arrays, NAME being the network's own name of a parameter."""
    return read_weights(network) | read_moments(trainable(network), adam)


def write_state(network: nn.Layer, adam: paddle.optimizer.Adam, state: dict[str, np.ndarray]) -> None:
    """Set a network and its Adam, which hasn't stepped yet, to `state`; raises InputError where names don't fit."""
    write_weights(network, state)
    write_moments(trainable(network), adam, state)


def read_weights(network: nn.Layer) -> dict[str, np.ndarray]:
    """Return the network's parameters and buffers as "network/NAME" arrays."""
    return {f"network/{name}": value.numpy() for name, value in network.state_dict().items()}


def write_weights(network: nn.Layer, state: dict[str, np.ndarray]) -> None:
    """Set a network to the "network/NAME" arrays of `state`, of any float; raises InputError where names or shapes don't fit."""
    weights = {name.removeprefix("network/"): value for name, value in state.items() if name.startswith("network/")}
    own = {name: value.numpy() for name, value in network.state_dict().items()}
    reshaped = {name for name in own.keys() & weights.keys() if own[name].shape != weights[name].shape}
    _refuse([*(own.keys() ^ weights.keys()), *reshaped])
    # Paddle takes arrays too, but won't cast them.
    cast: dict[str, Any] = {name: value.astype(own[name].dtype, copy=False) for name, value in weights.items()}
    network.set_state_dict(cast)


def read_moments(parameters: dict[str, paddle.Tensor], adam: paddle.optimizer.Adam) -> dict[str, np.ndarray]:
    """Return what Adam, which has stepped, holds for each of the named parameters: "adam/MOMENT/NAME" arrays."""
    stored = adam.state_dict()
    named = ((f"adam/{moment}/{name}", _accumulator(p, moment)) for name, p in parameters.items() for moment in MOMENTS)
    return {name: stored[accumulator].numpy() for name, accumulator in named}


def write_moments(parameters: dict[str, paddle.Tensor], adam: paddle.optimizer.Adam, state: dict[str, np.ndarray]) -> None:
    """Set an Adam that hasn't stepped yet to the "adam/MOMENT/NAME" arrays of `state`; raises InputError where one is missing."""
    named = {f"adam/{moment}/{name}": _accumulator(p, moment) for name, p in parameters.items() for moment in MOMENTS}
    _refuse([name for name in named if name not in state])
    adam.set_state_dict({accumulator: paddle.to_tensor(state[name]) for name, accumulator in named.items()})


def trainable(network: nn.Layer) -> dict[str, paddle.Tensor]:
    """Return the parameters to learn, by the network's own names."""
    return {name: p for name, p in network.named_parameters() if not p.stop_gradient}


def _refuse(wrong: list[str]) -> None:
    if wrong:
        first = min(wrong)
        raise InputError(f"state doesn't fit the network: {first} is missing, unexpected or of another shape ({len(wrong)} are)")


def _accumulator(parameter: paddle.Tensor, moment: str) -> str:
    # Paddle names an optimiser's arrays after the parameter, and counts; each of our networks has one optimiser, so always from 0.
    return f"{parameter.name}_{moment}_0"
