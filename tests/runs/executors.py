"""Work for executors, importable by name in their workers; what it has done it notes in files."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from paddle_dip.runs.worker import this_worker


@dataclass(frozen=True)
class Note:
    """A unit that writes `title` into a file once, and has a checkpoint: how often it was begun."""

    title: str
    folder: Path
    deaths: int = 0  # of its worker, each in the middle of the work
    pause: float = 0.0

    @property
    def size(self) -> int:
        return len(self.title)

    @property
    def made(self) -> Path:
        return self.folder / f"{self.title}.txt"

    @property
    def claim(self) -> Path:
        return self.folder / f"{self.title}.lock"

    def is_made(self) -> bool:
        return self.made.exists()


@dataclass(frozen=True)
class Elsewhere(Note):
    """A unit whose folder only the process `home` has."""

    home: int = 0

    @property
    def claim(self) -> Path:
        return super().claim if os.getpid() == self.home else self.folder / "missing" / "lock"


def make_nothing(unit: Note, *, interrupted) -> None:
    """Leave the unit unmade, as the fit of a tile is while another finishes the tile."""


def write_note(unit: Note, *, interrupted, **telling) -> str:
    """Note each time that the unit is begun and made; kill the worker so often as it says."""
    begun = unit.folder / f"{unit.title}.begun"
    with begun.open("a") as file:
        file.write("x")
    if len(begun.read_text()) <= unit.deaths:
        os.kill(os.getpid(), signal.SIGKILL)
    end = time.monotonic() + unit.pause
    while time.monotonic() < end and not interrupted():
        time.sleep(0.02)
    with unit.made.open("a") as file:
        file.write(unit.title)
    return unit.title


def tell_and_return(value):
    this_worker().tell(("told", value))
    return value


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_the_end(path: Path) -> None:
    """Wait until told to end, and note it, as a fit does its checkpoint."""
    path.with_suffix(".begun").touch()
    while not this_worker().interrupted():
        time.sleep(0.02)
    path.write_text("ended in order")
    raise KeyboardInterrupt
