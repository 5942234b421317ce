"""Time the fit step of paddle_dip, alone or against another: torch_ref's, or Paddle without our operators."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, need_torch, run
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.evaluation.speed.compare import SIDES, compare, summarise
from paddle_dip.evaluation.speed.worker import Trial
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.optimisers import OPTIMISERS
from paddle_dip.report.tables import terminal_table
from paddle_dip.runs.provenance import cpu_name, installed_versions

OPERATIONS = 15  # lines of a profile
app = command_line()


@app.command()
def measure(
    size: int = typer.Option(256, help="Side of the image in pixels, a multiple of 32."),
    steps: int = typer.Option(8, help="Steps to time in a round, after two that aren't."),
    rounds: int = typer.Option(3, help="How often each side has its turn."),
    dtype: str = typer.Option("float32", help="float32, float64 or bf16 (products inside the convolutions)."),
    network: str = typer.Option("skip", help=f"One of {', '.join(NETWORKS)}."),
    optimiser: str = typer.Option("adam", help=f"One of {', '.join(OPTIMISERS)}."),
    against: str = typer.Option(
        "", help=f"Other sides, separated by commas: {', '.join(list(SIDES)[1:])}. The ratio is to the first."
    ),
    profile: bool = typer.Option(False, "--profile", help="Also show where a step's time goes: optimiser, noise, operations."),
    json_file: Path = typer.Option(None, "--json", help="Also write the figures to this file."),
) -> None:
    """Print median and spread of the whole step (noise, forward, loss, backward, update), memory, and distance to the limit."""
    if size < 64 or size % 32:
        raise InputError(f"--size must be a multiple of 32 of at least 64, not {size}")
    chosen = one_of("--network", network, tuple(NETWORKS)), size, at_least("--steps", steps, 1), 2
    trial = Trial("", "", *chosen, dtype, profile, one_of("--optimiser", optimiser, tuple(OPTIMISERS)))
    one_of("--dtype", dtype, ("float32", "float64", "bf16"))
    others = [one_of("--against", side, tuple(SIDES)[1:]) for side in dict.fromkeys(against.split(",")) if side]
    sides = ["paddle", *others]
    if "torch" in others:
        need_torch()
    if json_file is not None:
        writable_folder(json_file.parent)
        json_file = json_file.resolve()
    os.chdir(ROOT)
    screen = console()
    found = compare(sides, trial, at_least("--rounds", rounds, 1), announce=lambda line: print(line, file=sys.stderr, flush=True))
    summary = summarise(found, trial) | {"packages": installed_versions(), "device": cpu_name()}
    screen.print(terminal_table(_title(summary), *_table(sides, summary)))
    for side in sides if profile else ():
        for part, words in (("optimiser", f"the optimiser, {optimiser}, takes"), ("noise", "waiting for noise takes")):
            share = f"{summary[side][f'{part}_share']:.1%}, {summary[side][f'{part}_seconds'] * 1e3:.1f} ms"
            screen.print(f"{side}: {words} {share} of a step, the mean of those timed")
        screen.print(terminal_table(f"{side}: one step", ["operation", "ms", "share"], _operations(summary[side]["operations"])))
    if others:
        screen.print(
            f"paddle / {others[0]}: time {summary['ratio']:.2f}, of all cores {summary['core_ratio']:.2f}, "
            f"memory {summary['memory_ratio']:.2f}"
        )
    if json_file is not None:
        write_json(json_file, summary)


def _title(summary: dict) -> str:
    size, tera = f"{summary['size']}x{summary['size']}", summary["step_flops"] / 1e12
    return f"{summary['network']}, {size}, {summary['dtype']}, {summary['threads']} threads, {tera:.3f} TFLOP a step"


def _table(sides: list[str], summary: dict) -> tuple[list[str], list[list[str]]]:
    heading = ["side", "s a step", "least", "most", "MiB", "GEMM GFLOP/s", "of the limit"]
    lines = []
    for side in sides:
        s = summary[side]
        figures = [
            f"{s['seconds']:.3f}",
            *(f"{v:.3f}" for v in s["spread"]),
            f"{s['memory_mb']:.0f}",
            f"{s['gemm_rate'] / 1e9:.0f}",
        ]
        lines.append([side, *figures, f"{s['fraction_of_limit']:.0%}"])
    return heading, lines


def _operations(seconds: dict[str, float]) -> list[list[str]]:
    total = sum(seconds.values())
    return [[name, f"{s * 1e3:.1f}", f"{s / total:.0%}"] for name, s in list(seconds.items())[:OPERATIONS]]


if __name__ == "__main__":
    run(app)
