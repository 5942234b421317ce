"""One side's part of a comparison: compare_outputs.py and parity_report.py run it in a process of its own for each side."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, run
from paddle_dip.errors import one_of
from paddle_dip.evaluation.parity.arrays import read_arrays, write_arrays
from paddle_dip.evaluation.parity.backends import SIDES, Side
from paddle_dip.evaluation.parity.dump import dump
from paddle_dip.evaluation.parity.experiment import read_experiment
from paddle_dip.evaluation.parity.trials import Trial, run_trial
from paddle_dip.io.files import write_json

SIDE = typer.Argument(help=f"One of {', '.join(SIDES)}.")
app = command_line()


@app.command("dump")
def dump_arrays(
    side: str = SIDE,
    experiment: Path = typer.Argument(help="experiment.json, as compare_outputs.py writes it."),
    out: Path = typer.Argument(help="The .npz file to write."),
    keep_states: bool = typer.Option(False, "--keep-states", help="Also write the states that another side can go on from."),
    states: Path = typer.Option(None, help="The other side's .npz file, to take a step from each of its states."),
) -> None:
    """Run an experiment on one side and write its arrays, to compare them with another side's, here or elsewhere."""
    chosen = _entered(side)
    settings = read_experiment(experiment.read_text(encoding="utf-8"))
    trace = import_module(chosen.trace)
    fit = import_module(chosen.fit).fit
    theirs = read_arrays(states) if states else None
    watched = {"first_step": trace.first_step, "watch_kinks": trace.watch_kinks}
    write_arrays(out, dump(settings, fit=fit, **watched, keep_states=keep_states, states=theirs))


@app.command("trials")
def trials(
    side: str = SIDE,
    wanted: Path = typer.Argument(help="A JSON list of trials, as parity_report.py writes it."),
    out: Path = typer.Argument(help="The JSON file to write."),
) -> None:
    """Run fits on one side and write their scores."""
    fit = import_module(_entered(side).fit).fit
    write_json(out, [run_trial(Trial(**each), fit=fit) for each in json.loads(wanted.read_text(encoding="utf-8"))])


def _entered(name: str) -> Side:
    side = SIDES[one_of("side", name, tuple(SIDES))]
    os.environ.update(side.environment)  # before the framework loads
    return side


if __name__ == "__main__":
    run(app)
