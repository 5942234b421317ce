"""A network's weights between Paddle's and PyTorch's conventions: names, layouts, strictness, files. No framework."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from paddle_dip.errors import InputError
from paddle_dip.io.files import whole_file
from paddle_dip.io.pdparams import read_pdparams, write_pdparams
from paddle_dip.io.safetensors_file import read_safetensors
from paddle_dip.problem.networks import NetworkConfig, SkipConfig

Weights = dict[str, np.ndarray]

# Paddle's name of a BatchNorm's buffer: torch's. Renamed only: torch's variance is unbiased, Paddle's is not, and in train mode,
# where these networks stay, neither is read.
_BUFFERS = {"_mean": "running_mean", "_variance": "running_var"}
# torch counts batches; Paddle has no such array, nothing here reads it, and torch fills it in when it loads.
DROPPED = "num_batches_tracked"
# What a network's wrapper puts before every name: torch's and Paddle's DataParallel are "module.", "_layers."; torch.compile's.
_PREFIXES = ("module.", "_layers.", "_orig_mod.")


def to_torch(weights: Weights) -> Weights:
    """Return Paddle-named weights as torch has them: buffers renamed, Linear weights ([in, out] in Paddle) transposed."""
    return {_renamed(name, _BUFFERS): _layout(name, value) for name, value in weights.items()}


def to_paddle(weights: Weights) -> Weights:
    """Return torch-named weights as Paddle has them, without num_batches_tracked."""
    names = {torch: paddle for paddle, torch in _BUFFERS.items()}
    kept = {name: value for name, value in weights.items() if name.rpartition(".")[2] != DROPPED}
    return {_renamed(name, names): _layout(name, value) for name, value in kept.items()}


def is_torch_named(weights: Mapping) -> bool:
    """Return whether the names are torch's, by the buffers' names."""
    return any(name.rpartition(".")[2] in (*_BUFFERS.values(), DROPPED) for name in weights)


def is_reference_named(weights: Mapping) -> bool:
    """Return whether the names are the original implementation's: nothing but numbers between the dots."""
    return bool(weights) and all(part.isdigit() for name in weights for part in name.split(".")[:-1])


def reference_names(config: NetworkConfig) -> dict[str, str]:
    """Return our layer's name by the original's, for every convolution and normalisation of a skip network.

    The original nests Sequentials and counts their members from 1: where a level has a skip branch, 1.0 is that branch and 1.1 the
    way down, else 1 is the way down; then 2 merge, 3 and 6 convolutions, 4 and 7 normalisations. A convolution is member 1 of a
    small Sequential behind its reflect padding, whatever its kernel, and member 0 where it pads with zeros itself.
    Raises InputError for another network than a skip network that the original can be told to build.
    """
    config = _original(config)
    conv = "0" if config.pad == "zero" else "1"
    table: dict[str, str] = {}
    level = ""
    for index, skip in enumerate(config.skip):
        down = f"{level}1.1." if skip else f"{level}1."
        blocks = {"down1": (f"{down}1", f"{down}2"), "down2": (f"{down}4", f"{down}5"), "up1": (f"{level}3", f"{level}4")}
        if config.up_1x1:
            blocks["up2"] = (f"{level}6", f"{level}7")
        if skip:
            blocks["skip"] = (f"{level}1.0.1", f"{level}1.0.2")
        for block, (padded, norm) in blocks.items():
            table |= {f"{padded}.{conv}": f"scales.{index}.{block}.conv", norm: f"scales.{index}.{block}.norm"}
        table[f"{level}2"] = f"scales.{index}.merge.norm"
        level = f"{down}7."
    return table | {f"{9 if config.up_1x1 else 6}.{conv}": "head"}


def from_reference(weights: Weights, config: NetworkConfig) -> Weights:
    """Return weights under our torch names from the original's; a name that isn't in the table stays as it is."""
    table = reference_names(config)
    renamed = {}
    for name, value in weights.items():
        layer, _, kind = name.rpartition(".")
        renamed[f"{table.get(layer, layer)}.{kind}"] = value
    return renamed


def check(weights: Weights, wanted: Mapping[str, tuple[int, ...]]) -> Weights:
    """Return `weights`; raises InputError listing every name that is missing, unexpected, of another shape or no float."""
    missing = sorted(wanted.keys() - weights.keys())
    unexpected = sorted(weights.keys() - wanted.keys())
    shapes = {
        n: (tuple(v.shape), tuple(wanted[n])) for n, v in weights.items() if n in wanted and tuple(v.shape) != tuple(wanted[n])
    }
    faults = [f"missing: {', '.join(missing)}"] if missing else []
    faults += [f"unexpected: {', '.join(unexpected)}"] if unexpected else []
    if shapes:
        faults.append("wrong shape: " + ", ".join(f"{n} is {has}, not {should}" for n, (has, should) in shapes.items()))
    if others := [f"{name} is {value.dtype}" for name, value in weights.items() if value.dtype.kind != "f"]:
        faults.append(f"no floating-point numbers: {', '.join(others)}")
    if faults:
        raise InputError("weights don't fit the network; " + "; ".join(faults))
    return weights


def read_weights(path: Path) -> Weights | dict[str, Weights]:
    """Return the arrays of a .safetensors or .pdparams file under the file's own names; raises InputError for a bad one.

    A .pdparams file may also hold several sets of weights by a key: see `chosen`.
    """
    path = Path(path)
    return (read_pdparams if path.suffix == ".pdparams" else read_safetensors)(path.read_bytes(), path)


def chosen(content: Mapping, key: str | None = None) -> tuple[Weights, str]:
    """Return the weights in what a file holds, and where they lay there, in words: "" where they are all that it holds.

    content: named arrays, or several sets of them by a key ("state_dict", "params_ema", ...). Raises InputError where there are
    several sets and `key` names none of them.
    """
    sets = [name for name, value in content.items() if isinstance(value, Mapping)]
    if key is None and not sets:
        weights, where = dict(content), []
    elif key in sets or (key is None and len(sets) == 1):
        taken = key or sets[0]
        weights, where = dict(content[taken]), [f"key {taken}"]
    else:
        raise InputError(f"--key must be one of {', '.join(sets)}, not {key}" if sets else f"--key {key}: the file has no keys")
    while prefix := next((p for p in _PREFIXES if weights and all(name.startswith(p) for name in weights)), ""):
        weights = {name.removeprefix(prefix): value for name, value in weights.items()}
        where.append(f"without the prefix {prefix}")
    return weights, ", ".join(where)


def write_weights(path: Path, weights: Weights) -> None:
    """Write a .safetensors or .pdparams file, whole or not at all."""
    contiguous = {name: np.ascontiguousarray(value) for name, value in weights.items()}
    data = write_pdparams(contiguous) if Path(path).suffix == ".pdparams" else save(contiguous)
    with whole_file(path) as file:
        file.write(data)


def _original(config: NetworkConfig) -> SkipConfig:
    if not isinstance(config, SkipConfig):
        raise InputError("weights with the original's names can be converted for skip networks only")
    upsamplings = {config.upsampling_at(index) for index in range(config.scales)}
    if config.pad == "replicate" or config.downsampling == "lanczos2" or "transposed" in upsamplings:
        raise InputError("the original has no skip network with replicate padding, a fixed lanczos2 or transposed upsampling")
    if config.up_grid == "coarse":
        raise InputError("the original has no skip network that convolves on the coarse grid (up_grid)")
    return config


def _renamed(name: str, names: dict[str, str]) -> str:
    owner, dot, last = name.rpartition(".")
    return owner + dot + names.get(last, last)


def _layout(name: str, value: np.ndarray) -> np.ndarray:
    # Of all layers only Linear has a weight of two dimensions.
    return value.T if value.ndim == 2 and name.endswith("weight") else value
