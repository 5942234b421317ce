"""A network's and its optimiser's state as named arrays, to take a run up again with the same bits."""

import numpy as np
import paddle
from paddle import nn

_MOMENTS = ("moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc")


def read_state(network: nn.Layer, adam: paddle.optimizer.Adam) -> dict[str, np.ndarray]:
    """Return "network/NAME" and "adam/MOMENT/NAME" arrays, NAME being the network's own name of a parameter."""
    state = {f"network/{name}": value.numpy() for name, value in network.state_dict().items()}
    stored = adam.state_dict()
    for name, parameter in _trainable(network):
        for moment in _MOMENTS:
            state[f"adam/{moment}/{name}"] = stored[_accumulator(parameter, moment)].numpy()
    return state


def write_state(network: nn.Layer, adam: paddle.optimizer.Adam, state: dict[str, np.ndarray]) -> None:
    """Set a network and its Adam, which hasn't stepped yet, to `state`; raises ValueError where names don't fit."""
    weights = {name.removeprefix("network/"): value for name, value in state.items() if name.startswith("network/")}
    wanted = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    wrong = sorted(name for name in {*wanted, *weights} if name not in weights or wanted.get(name) != weights[name].shape)
    wrong += [f"adam/{m}/{n}" for n, _ in _trainable(network) for m in _MOMENTS if f"adam/{m}/{n}" not in state]
    if wrong:
        raise ValueError(f"state doesn't fit the network: {wrong[0]} is missing, unexpected or of another shape ({len(wrong)} are)")
    network.set_state_dict(weights)
    moments = {}
    for name, parameter in _trainable(network):
        for moment in _MOMENTS:
            moments[_accumulator(parameter, moment)] = paddle.to_tensor(state[f"adam/{moment}/{name}"])
    adam.set_state_dict(moments)


def _trainable(network: nn.Layer) -> list[tuple[str, paddle.Tensor]]:
    return [(name, p) for name, p in network.named_parameters() if not p.stop_gradient]


def _accumulator(parameter: paddle.Tensor, moment: str) -> str:
    # Paddle names an optimiser's arrays after the parameter, and counts; each of our networks has one optimiser, so always from 0.
    return f"{parameter.name}_{moment}_0"
