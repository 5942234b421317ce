"""The commands for a person's own images: python -m paddle_dip, or paddle-dip."""

import json
from dataclasses import replace
from pathlib import Path

import typer

from paddle_dip import __version__
from paddle_dip.command import at_least, command_line, console, one_of, run
from paddle_dip.files import writable_folder
from paddle_dip.problem.images import check_writable, read_photo, write_photo
from paddle_dip.problem.presets import PRECISIONS, PRESETS, described, super_resolution_preset
from paddle_dip.problem.tasks import check_factor
from paddle_dip.progress import track
from paddle_dip.report.tables import terminal_table
from paddle_dip.restore import photo_problem, restore_photo
from paddle_dip.trained.cli import app as trained

app = command_line(help="Deep Image Prior for PaddlePaddle.", no_args_is_help=True)
app.add_typer(trained)
JSON = typer.Option(False, "--json", help="Print JSON on standard output.")


def main() -> None:
    """Run the command line and exit."""
    run(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def about(
    version: bool = typer.Option(False, "--version", help="Print the version and exit.", is_eager=True, callback=_print_version),
) -> None:
    """Deep Image Prior for PaddlePaddle."""


@app.command("super-resolve")
def super_resolve(
    photo: Path = typer.Argument(help="The low-resolution photo: colour or grey, 8 or 16 bits, with or without alpha."),
    out: Path = typer.Option(help="Where to write the result: .png, .jpg, .tif or .webp."),
    factor: int = typer.Option(4, help="Magnification, a whole number of at least 2."),
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    steps: int = typer.Option(None, help="Steps, instead of the preset's."),
    seed: int = typer.Option(0, help="Seed of everything random."),
    precision: str = typer.Option("float32", help="float32, or bf16: faster convolutions on CPUs that have it."),
) -> None:
    """Magnify a photo with no other knowledge than the network's structure."""
    check_factor(factor)
    chosen = super_resolution_preset(preset, factor)
    if steps is not None:
        chosen = replace(chosen, steps=at_least("--steps", steps, 1))
    at_least("--seed", seed, 0)
    chosen = replace(chosen, precision=one_of("--precision", precision, PRECISIONS))
    low = read_photo(photo)
    check_writable(out, low)
    problem = photo_problem(low, factor, chosen)
    writable_folder(out.parent)
    from paddle_dip.solver.fit import fit  # here, so that a wrong option is answered before Paddle has loaded

    with track(photo.name, chosen.steps) as show:
        high = restore_photo(low, problem, chosen, fit=fit, seed=seed, watch=show)
    write_photo(out, high)
    console().print(f"{out}: {high.pixels.shape[2]}x{high.pixels.shape[1]} pixels", soft_wrap=True)


@app.command()
def networks(as_json: bool = JSON) -> None:
    """List every network with its number of trainable parameters, for RGB images."""
    from paddle_dip.problem.catalogue import NETWORKS
    from paddle_dip.solver.networks import build_network, trainable_parameters

    counts = {name: trainable_parameters(build_network(config, channels=3)) for name, config in NETWORKS.items()}
    if as_json:
        print(json.dumps(counts, indent=2))
        return
    lines = [[name, f"{count:,}"] for name, count in counts.items()]
    console().print(terminal_table("Networks", ["network", "trainable parameters"], lines))


@app.command()
def presets(as_json: bool = JSON) -> None:
    """List every preset with its numbers and where they come from."""
    all_presets = {f"{name} x{factor}": super_resolution_preset(name, factor) for name in PRESETS for factor in (8, 4)}
    if as_json:
        print(json.dumps({title: p.settings() | {"sources": dict(p.sources)} for title, p in all_presets.items()}, indent=2))
        return
    for title, preset in all_presets.items():
        table = terminal_table(f"{preset.task}: {title}", ["setting", "value", "source"], described(preset))
        for column in table.columns[1:]:
            column.justify = "left"
        console().print(table)
