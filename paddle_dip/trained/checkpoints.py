"""A training's state on disk: networks, optimisers and where it stands, in files named after the steps taken."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from paddle import nn

from paddle_dip.errors import InputError
from paddle_dip.io.weights import check
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.solver.state import read_state, write_state, write_weights
from paddle_dip.trained.engine import Training
from paddle_dip.trained.networks import Config, build_network

Weights = dict[str, np.ndarray]


def save(folder: Path, training: Training, step: int, notes: dict, *, keep: int) -> Path:
    """Write a checkpoint, then delete all but the newest `keep`; return its path."""
    state: Weights = {}
    for name, network in training.networks.items():
        state |= {f"{name}/{key}": value for key, value in read_state(network, training.adams[name]).items()}
    path = Path(folder, f"step_{step:08d}.npz")
    save_checkpoint(path, state, notes)
    for old in _sorted(folder)[:-keep]:
        old.unlink()
    return path


def newest(folder: Path) -> Path | None:
    """Return the checkpoint with the most steps in a folder, None where there is none."""
    return next(reversed(_sorted(folder)), None)


def load_state(path: Path, training: Training) -> dict:
    """Set a training's networks and fresh optimisers to a checkpoint and return its notes; raises InputError for another one's."""
    try:
        state, notes = load_checkpoint(path)
    except ValueError:
        raise InputError(f"checkpoint {path} can't be read, it is damaged: delete it to go on from the one before") from None
    for name, network in training.networks.items():
        write_state(network, training.adams[name], _part(state, f"{name}/"))
    return notes


def read_network(path: Path, name: str) -> tuple[Weights, dict]:
    """Return one network's weights and the notes of a checkpoint, or of the newest in a run's folder.

    Raises InputError where there is none or it holds no such network.
    """
    path = Path(path)
    file = newest(path / "checkpoints") if os.path.isdir(path) else path
    if file is None or not os.path.exists(file):
        raise InputError(f"checkpoint {path} doesn't exist, or is a folder without a run's checkpoints")
    try:
        state, notes = load_checkpoint(file)
    except ValueError:
        raise InputError(f"checkpoint {file} can't be read: give a run's folder or one of the .npz files in it") from None
    weights = _part(state, f"{name}/network/")
    if not weights:
        raise InputError(f"checkpoint {file} holds no {name}: it is of another training")
    return weights, notes


def loaded(config: Config, weights: dict[str, np.ndarray]) -> nn.Layer:
    """Return the network of `config` with `weights`, by its own names; raises InputError where they don't fit."""
    network = build_network(config)
    check(weights, {name: tuple(value.shape) for name, value in network.state_dict().items()})
    write_weights(network, {f"network/{name}": value for name, value in weights.items()})
    return network


def load_network(path: Path, name: str, config: Callable[..., Config]) -> tuple[nn.Layer, dict[str, Any]]:
    """Return the network `name` of a checkpoint or a run's folder and the run's settings, which tell how `config` was.

    Raises InputError where there is none, or the checkpoint is of another training.
    """
    weights, notes = read_network(path, name)
    settings = notes["settings"]
    # JSON makes lists of a configuration's tuples.
    noted = {key: tuple(value) if isinstance(value, list) else value for key, value in settings[name].items()}
    return loaded(config(**noted), weights), settings


def _part(state: Weights, prefix: str) -> Weights:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _sorted(folder: Path) -> list[Path]:
    return sorted(Path(folder).glob("step_*.npz"))
