"""The options that the trainings' commands share."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from paddle_dip.errors import at_least, one_of
from paddle_dip.problem.presets import PRECISIONS
from paddle_dip.trained.problem.presets import TrainingPreset

Preset = TypeVar("Preset", bound=TrainingPreset)

Precision = Annotated[str, typer.Option(help="float32, or bf16 on a GPU.")]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Name files that can't be used and go on without them, instead of stopping.")
]


@dataclass(frozen=True)
class TrainingOptions:
    """What every training takes beside its own options: each field is an option, see paddle_dip.cli.command.with_options."""

    out: Annotated[Path, typer.Option(help="The run's folder: checkpoints, figures and pictures of each epoch, summary.json.")]
    epochs: Annotated[int | None, typer.Option(help="Epochs, instead of the preset's.")] = None
    batch: Annotated[int | None, typer.Option(help="Samples a step, instead of the preset's.")] = None
    seed: Annotated[int, typer.Option(help="Seed of everything random: weights, split, order, dropout, jitter, holes.")] = 0
    minutes: Annotated[
        float | None, typer.Option(help="Stop at the last epoch's end before this many minutes are over; --resume goes on.")
    ] = None
    keep: Annotated[int, typer.Option(help="Checkpoints to keep.")] = 3
    workers: Annotated[int, typer.Option(help="Processes that read the data; 0: this one.")] = 0
    visualdl: Annotated[Path | None, typer.Option(help="Folder for VisualDL's logs (pip install visualdl).")] = None
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False

    def __post_init__(self):
        for name, least in (("epochs", 1), ("batch", 1), ("seed", 0), ("keep", 1), ("workers", 0), ("minutes", 0)):
            if getattr(self, name) is not None:
                at_least(f"--{name}", getattr(self, name), least)

    def applied(self, preset: Preset, precision: str = "float32") -> Preset:
        """Return the preset with what the options change in it; raises ValueError, naming the option, for a bad one."""
        changes = {name: getattr(self, name) for name in ("epochs", "batch") if getattr(self, name) is not None}
        return replace(preset, precision=one_of("--precision", precision, PRECISIONS), **changes)


def skipper(wanted: bool) -> Callable[[str], None] | None:
    """Return what tells of a file that is left out, once each; None where files aren't to be left out."""
    told: set[str] = set()

    def skip(reason: str) -> None:
        if reason not in told:
            told.add(reason)
            print(f"skipped: {reason}", file=sys.stderr, flush=True)

    return skip if wanted else None
