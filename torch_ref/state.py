"""A network's and its optimiser's state as named arrays, in Paddle's naming, so that either framework can take a run up."""

import numpy as np
import torch
from torch import nn

from paddle_dip.errors import InputError

# What Paddle's Adam holds for a parameter: two arrays of its shape, two of one number.
MOMENTS = ("moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc")
# Paddle's name: torch's. Paddle's arrays also hold powers of the betas where torch holds a step count.
_HELD = {"moment1": "exp_avg", "moment2": "exp_avg_sq"}
# Renamed, not converted: Paddle's running variance is biased and torch's is not, and nothing in train mode reads either.
_BUFFERS = {"_mean": "running_mean", "_variance": "running_var"}


def read_state(network: nn.Module, adam: torch.optim.Adam) -> dict[str, np.ndarray]:
    """Return "network/NAME" and "adam/MOMENT/NAME" arrays under the names that paddle_dip.solver.state gives them.

    Like Paddle's, the optimiser must have stepped once.
    """
    return read_weights(network) | read_moments(trainable(network), adam)


def write_state(network: nn.Module, adam: torch.optim.Adam, state: dict[str, np.ndarray]) -> None:
    """Set a network and its Adam, which hasn't stepped yet, to `state`; raises InputError where names don't fit."""
    write_weights(network, state)
    write_moments(trainable(network), adam, state)


def read_weights(network: nn.Module) -> dict[str, np.ndarray]:
    """Return the network's parameters and buffers as "network/NAME" arrays."""
    return {f"network/{name}": _array(value) for name, value in named_arrays(network).items()}


def write_weights(network: nn.Module, state: dict[str, np.ndarray]) -> None:
    """Set a network to the "network/NAME" arrays of `state`; raises InputError where names don't fit."""
    weights = {name.removeprefix("network/"): value for name, value in state.items() if name.startswith("network/")}
    wanted = named_arrays(network)
    missing, unexpected = sorted(wanted.keys() - weights.keys()), sorted(weights.keys() - wanted.keys())
    if missing or unexpected:
        raise InputError(f"state doesn't fit the network: missing {missing}, unexpected {unexpected}")
    with torch.no_grad():
        for name, value in wanted.items():
            value.copy_(torch.as_tensor(weights[name]))


def read_moments(parameters: dict[str, torch.Tensor], adam: torch.optim.Adam) -> dict[str, np.ndarray]:
    """Return what Adam, which has stepped, holds for each of the named parameters: "adam/MOMENT/NAME" arrays."""
    state = {}
    for name, parameter in parameters.items():
        stored = adam.state[parameter]
        for moment, key in _HELD.items():
            state[f"adam/{moment}/{name}"] = _array(stored[key])
        for number, beta in enumerate(adam.param_groups[0]["betas"], start=1):
            dtype = state[f"adam/moment1/{name}"].dtype
            state[f"adam/beta{number}_pow_acc/{name}"] = _beta_power(beta, int(stored["step"]), dtype)
    return state


def write_moments(parameters: dict[str, torch.Tensor], adam: torch.optim.Adam, state: dict[str, np.ndarray]) -> None:
    """Set an Adam that hasn't stepped yet to the "adam/MOMENT/NAME" arrays of `state`, which it held after `step` steps."""
    for name, parameter in parameters.items():
        moments = {key: torch.tensor(state[f"adam/{moment}/{name}"], device=parameter.device) for moment, key in _HELD.items()}
        adam.state[parameter] = {"step": torch.tensor(float(state["step"])), **moments}


def trainable(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return the parameters to learn, by the network's own names."""
    return dict(network.named_parameters())


def named_arrays(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return the network's tensors under Paddle's names; num_batches_tracked, which Paddle lacks and nothing reads, is left out."""
    named = {}
    for name, value in network.state_dict().items():
        owner, _, last = name.rpartition(".")
        if last == "num_batches_tracked":
            continue
        paddle = {torch_name: name for name, torch_name in _BUFFERS.items()}.get(last, last)
        named[f"{owner}.{paddle}" if owner else paddle] = value
    return named


def _beta_power(beta: float, steps: int, dtype: np.dtype) -> np.ndarray:
    # Paddle keeps beta ** (steps + 1) as a running product in the parameter's dtype; the same product gives the same bits.
    return np.cumprod(np.full(steps + 1, beta, dtype=dtype))[-1:]


def _array(value: torch.Tensor) -> np.ndarray:
    # A copy: torch's arrays share memory with the tensors, which the next step changes in place.
    return value.detach().cpu().numpy().copy()
