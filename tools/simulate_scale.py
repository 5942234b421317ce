"""Simulate how long units of work take on many workers, from what was measured of one: data sets of up to a million images."""

import heapq
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console
from paddle_dip.cli.command import run as run_command
from paddle_dip.errors import InputError, at_least
from paddle_dip.report.tables import terminal_table

app = command_line()


@app.command()
def simulate(
    unit: float = typer.Option(60.0, help="Seconds of a unit of median size on one core."),
    spread: float = typer.Option(0.4, help="Of the units' sizes: standard deviation of their logarithm."),
    start: float = typer.Option(5.0, help="Seconds that a worker needs for a unit beside the fit: start, reading, writing."),
    handing: float = typer.Option(0.005, help="Seconds in which the coordinator hands out one unit and takes its answer."),
    between: float = typer.Option(0.0, help="Hours of work between two deaths of a worker; 0: none dies."),
    checkpoint: float = typer.Option(10.0, help="Seconds of work between checkpoints: half of it is lost with a worker."),
    images: str = typer.Option("100,10000,1000000", help="Numbers of images, separated by commas."),
    workers: str = typer.Option("1,16,256,4096", help="Numbers of workers, separated by commas."),
    seed: int = typer.Option(0, help="Of the sizes and deaths."),
) -> None:
    """Table the hours that all takes and the share of the workers' time that is work, the largest units first."""
    for name, value in {"--unit": unit, "--spread": spread, "--start": start, "--handing": handing, "--between": between}.items():
        at_least(name, value, 0)
    lines = []
    for count in _numbers("--images", images):
        draw = np.random.default_rng(seed)
        work = np.sort(unit * np.exp(spread * draw.standard_normal(count)))[::-1]
        deaths = draw.poisson(work / (3600 * between)) if between else np.zeros(count)
        needed = work + start + deaths * (start + checkpoint / 2)
        for number in _numbers("--workers", workers):
            took = _took(needed.tolist(), number, handing)
            hours, busy = took / 3600, work.sum() / (number * took)
            lines.append([f"{count:,}", f"{number:,}", f"{hours:,.2f}", f"{busy:.0%}", f"{work.sum() / took:,.0f}"])
    console().print(terminal_table("Simulated", ["images", "workers", "hours", "time at work", "times one core"], lines))


def _numbers(option: str, words: str) -> list[int]:
    if not all(word.isdecimal() and int(word) for word in words.split(",")):
        raise InputError(f"{option} must be whole numbers above 0 separated by commas, not {words}")
    return [int(word) for word in words.split(",")]


def _took(needed: list[float], workers: int, handing: float) -> float:
    """Return when the last unit ends. The coordinator hands out one at a time, to whichever worker is free first."""
    free, coordinator, last = [0.0] * min(workers, len(needed)), 0.0, 0.0
    for seconds in needed:
        coordinator = max(coordinator, free[0]) + handing
        heapq.heapreplace(free, coordinator + seconds)
        last = max(last, coordinator + seconds)
    return last


if __name__ == "__main__":
    run_command(app)
