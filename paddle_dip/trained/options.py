"""The options that the trainings' commands share."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import typer

from paddle_dip.command import at_least, one_of
from paddle_dip.problem.presets import PRECISIONS
from paddle_dip.problem.trained.presets import AutoencoderPreset, DeblurPreset
from paddle_dip.problem.trained.removal_presets import RemovalPreset

Preset = TypeVar("Preset", DeblurPreset, AutoencoderPreset, RemovalPreset)

OUT = typer.Option(help="The run's folder: checkpoints, figures and pictures of each epoch, summary.json.")
EPOCHS = typer.Option(None, help="Epochs, instead of the preset's.")
BATCH = typer.Option(None, help="Samples a step, instead of the preset's.")
SEED = typer.Option(0, help="Seed of everything random: weights, split, order, dropout, jitter, holes.")
MINUTES = typer.Option(None, help="Stop at the last epoch's end before this many minutes are over; --resume goes on.")
KEEP = typer.Option(3, help="Checkpoints to keep.")
WORKERS = typer.Option(0, help="Processes that read the data; 0: this one.")
PRECISION = typer.Option("float32", help="float32, or bf16 on a GPU.")
VISUALDL = typer.Option(None, help="Folder for VisualDL's logs (pip install visualdl).")
RESUME = typer.Option(False, "--resume", help="Go on with the run in --out.")
SKIP = typer.Option(False, "--skip-bad", help="Name files that can't be used and go on without them, instead of stopping.")


@dataclass(frozen=True)
class Common:
    """The options that all trainings share."""

    out: Path
    seed: int
    minutes: float | None
    keep: int
    workers: int
    visualdl: Path | None
    resume: bool

    def __post_init__(self):
        for option, least in (("seed", 0), ("keep", 1), ("workers", 0)):
            at_least(f"--{option}", getattr(self, option), least)
        if self.minutes is not None:
            at_least("--minutes", self.minutes, 0)


def changed(preset: Preset, epochs: int | None, batch: int | None, precision: str) -> Preset:
    """Return a preset with the options that were given; raises ValueError, naming the option, for a bad one."""
    changes = {name: at_least(f"--{name}", v, 1) for name, v in (("epochs", epochs), ("batch", batch)) if v is not None}
    return replace(preset, precision=one_of("--precision", precision, PRECISIONS), **changes)


def skipper(wanted: bool) -> Callable[[str], None] | None:
    """Return what tells of a file that is left out, once each; None where files aren't to be left out."""
    told: set[str] = set()

    def skip(reason: str) -> None:
        if reason not in told:
            told.add(reason)
            print(f"skipped: {reason}", file=sys.stderr, flush=True)

    return skip if wanted else None
