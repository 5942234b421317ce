"""Measure what an executor adds to each unit of work: empty calls, made one after another and side by side."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console
from paddle_dip.cli.command import run as run_command
from paddle_dip.cli.options import ExecutorName, RayAddress
from paddle_dip.errors import at_least
from paddle_dip.runs.workers import Workers, checked

app = command_line()


@app.command()
def measure(
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    jobs: int = typer.Option(1, help="Calls at a time, of the local executor."),
    calls: int = typer.Option(20, help="Empty calls to make."),
) -> None:
    """Print the seconds until the first answer, and those of each further call."""
    at_least("--jobs", jobs, 1)
    at_least("--calls", calls, 1)
    workers, begun = checked(Workers(jobs, executor, ray_address)), time.monotonic()
    with workers.started(begun=lambda future: None, told=lambda future, words: None) as pool:
        pool.submit(pow, 2, 3).result()
        first, then = time.monotonic() - begun, time.monotonic()
        for future in [pool.submit(pow, 2, 3) for _ in range(calls)]:
            future.result()
        each = (time.monotonic() - then) / calls
    console().print(f"{executor}, {workers.jobs} at a time: first answer after {first:.2f} s, each of {calls} more {each:.3f} s")


if __name__ == "__main__":
    run_command(app)
