"""Show how true the time left is that a command tells of photos: the first line from a tenth of the work on, and from its half."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console
from paddle_dip.cli.command import run as run_command
from paddle_dip.errors import InputError
from paddle_dip.report.tables import terminal_table
from paddle_dip.runs.workers import BY_ITSELF

app = command_line()
_MARKS = (10, 50)  # percent of the work
_LINE = re.compile(r"(\d+)% of all, (\d+(?:\.\d)?) (s|minutes|hours) left")
_SECONDS = {"s": 1, "minutes": 60, "hours": 3600}


@app.command()
def measure(
    photos: list[Path] = typer.Argument(help="Photos; each is restored alone, into a folder that is removed."),
    factor: int = typer.Option(2, help="Magnification."),
    preset: str = typer.Option("quick", help="The settings."),
    max_memory: float = typer.Option(None, help="GiB: to have the photos cut into tiles."),
    jobs: int = typer.Option(BY_ITSELF, help="Tiles at a time; 0: one a core."),
) -> None:
    """Restore each photo by `super-resolve`, which tells the time left each half minute, and table what it then took."""
    options = ["--factor", factor, "--preset", preset, "--jobs", jobs]
    options += [] if max_memory is None else ["--max-memory", max_memory]
    lines = []
    for photo in photos:
        told, took = _told(["super-resolve", photo.absolute(), *options])
        for mark in _MARKS:
            share, at, left = next((each for each in told if each[0] >= mark), (100, took, 0.0))
            if left:
                lines.append([photo.name, f"{share} %", f"{left:.0f} s", f"{took - at:.0f} s", f"{left / (took - at) - 1:+.0%}"])
    console().print(terminal_table("Time left", ["photo", "work done", "told to be left", "it took", "apart"], lines))


def _told(words: list) -> tuple[list[tuple[int, float, float]], float]:
    """Return (percent done, seconds since the begin, seconds told to be left) of each line, and the seconds that all took."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "paddle_dip", *map(str, words), "--out", f"{folder}/x.png"]
        begun, told, last = time.monotonic(), [], ""
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, encoding="utf-8") as process:
            for last in process.stderr or ():
                if found := _LINE.search(last):
                    percent, left, unit = found.groups()
                    told.append((int(percent), time.monotonic() - begun, float(left) * _SECONDS[unit]))
        took = time.monotonic() - begun
    if process.returncode:
        raise InputError(last.removeprefix("error: "))
    return told, took


if __name__ == "__main__":
    run_command(app)
