"""Convert a network's weights between .safetensors, PyTorch's .pth and .pt, and Paddle's .pdparams, strictly."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, need_torch, run
from paddle_dip.errors import InputError, one_of
from paddle_dip.io.files import whole_file, writable_folder
from paddle_dip.io.weights import (
    Weights,
    check,
    chosen,
    from_reference,
    is_reference_named,
    is_torch_named,
    read_weights,
    to_paddle,
    to_torch,
    write_weights,
)
from paddle_dip.problem.networks import NETWORKS, network_config

TORCH = (".pth", ".pt")
SUFFIXES = (".safetensors", ".pdparams", *TORCH)
app = command_line()


@app.command()
def convert(
    source: Path = typer.Argument(metavar="SRC", help=f"Weights to read: {', '.join(SUFFIXES)}; best .safetensors."),
    target: Path = typer.Argument(metavar="DST", help="File to write, its format by its ending."),
    network: str = typer.Option("skip", help=f"The network they are for: {', '.join(NETWORKS)}."),
    channels: int = typer.Option(3, help="Channels of that network's image."),
    key: str = typer.Option(None, help="Which weights, where SRC holds several: params_ema, ... Without: the only ones there are."),
    names: str = typer.Option(
        "paddle", help="Names in a .safetensors file: paddle or torch. A .pth gets torch's, a .pdparams Paddle's."
    ),
) -> None:
    """Convert weights; missing, unexpected and mis-shaped ones are listed, nothing is written and the exit code is 2."""
    config = network_config(network)
    one_of("--names", names, ("paddle", "torch"))
    for path in (source, target):
        one_of(f"the ending of {path}", path.suffix, SUFFIXES)
    if {source.suffix, target.suffix} & set(TORCH):
        need_torch()
    if not source.is_file():
        raise InputError(f"there is no file {source}")
    weights, where = chosen(_read(source), key)
    if is_reference_named(weights):
        weights = from_reference(weights, config)
    if source.suffix in TORCH or is_torch_named(weights):
        weights = to_paddle(weights)
    check(weights, _wanted(config, channels))
    writable_folder(target.parent)
    _write(target, weights, names)
    dtypes = " and ".join(sorted({str(value.dtype) for value in weights.values()}))
    print(f"{target}: {len(weights)} arrays, {dtypes}; from {source}{f', {where}' if where else ''}")


def _read(path: Path) -> Weights | dict[str, Weights]:
    if path.suffix in TORCH:
        from torch_ref.weights import read_torch  # here: only these formats need torch

        return read_torch(path)
    return read_weights(path)


def _write(path: Path, weights: Weights, names: str) -> None:
    if path.suffix in TORCH:
        from torch_ref.weights import torch_bytes

        with whole_file(path) as file:
            file.write(torch_bytes(to_torch(weights)))
    else:
        write_weights(path, to_torch(weights) if path.suffix == ".safetensors" and names == "torch" else weights)


def _wanted(config: object, channels: int) -> dict[str, tuple[int, ...]]:
    from paddle_dip.solver.networks import build_network

    return {name: tuple(value.shape) for name, value in build_network(config, channels).state_dict().items()}


if __name__ == "__main__":
    run(app)
