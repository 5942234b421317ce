"""The commands for a person's own images: python -m paddle_dip, or paddle-dip."""

import json

import typer

from paddle_dip import __version__
from paddle_dip.cli.benchmark import benchmark
from paddle_dip.cli.check import check
from paddle_dip.cli.command import command_line, console, run
from paddle_dip.cli.removal import remove_object
from paddle_dip.cli.score import score
from paddle_dip.cli.serve import serve
from paddle_dip.cli.tasks import COMMANDS
from paddle_dip.cli.trained import app as trained
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.task_table import all_presets
from paddle_dip.report.tables import preset_table, terminal_table
from paddle_dip.trained.problem.architectures import TRAINED_NETWORKS

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


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
app.command("remove-object")(remove_object)
app.command("check")(check)
app.command("serve")(serve)
app.command("benchmark")(benchmark)
app.command("score")(score)


@app.command()
def networks(as_json: bool = JSON) -> None:
    """List every network with its number of trainable parameters, for RGB images; those that learn from a data set come last."""
    from paddle_dip.solver.networks import build_network, trainable_parameters
    from paddle_dip.trained.networks import build_network as build_trained

    titles = {"Networks": list(NETWORKS), "Networks that learn from a data set": list(TRAINED_NETWORKS)}
    counts = {name: trainable_parameters(build_network(config, channels=3)) for name, config in NETWORKS.items()}
    counts |= {name: trainable_parameters(build_trained(config)) for name, config in TRAINED_NETWORKS.items()}
    if as_json:
        print(json.dumps(counts, indent=2))
        return
    for title, names in titles.items():
        lines = [[name, f"{counts[name]:,}"] for name in names]
        console().print(terminal_table(title, ["network", "trainable parameters"], lines))


@app.command()
def presets(as_json: bool = JSON) -> None:
    """List every preset with its numbers and where they come from."""
    if as_json:
        print(json.dumps({title: p.settings() | {"sources": dict(p.sources)} for title, p in all_presets().items()}, indent=2))
        return
    for title, preset in all_presets().items():
        console().print(preset_table(title, preset))
