"""The options that every restoring command has."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.problem.overrides import overridden, with_settings
from paddle_dip.problem.presets import STOPS, Preset
from paddle_dip.runs.workers import BY_ITSELF, Workers, checked

Out = Annotated[
    Path, typer.Option(help="Where to write the result: .png, .jpg, .tif or .webp; of several photos or a folder: a folder.")
]
PresetName = Annotated[str, typer.Option(help="The settings: see the command presets.")]
Jobs = Annotated[
    int,
    typer.Option(
        help="Fits (of tiles, photos, seeds) at a time, each in a process with its share of the cores; on a GPU one. "
        "0: one a core, as far as memory goes."
    ),
]
ExecutorName = Annotated[str, typer.Option(help="Where fits are made: local, or ray, on a cluster that shares its files.")]
RayAddress = Annotated[
    str | None, typer.Option(help="Of Ray's head, or auto on a machine of the cluster. Default: a cluster of this machine alone.")
]
CpusPerTask = Annotated[int, typer.Option(help="Cores, and so threads, of each fit on Ray.")]
GpusPerTask = Annotated[float, typer.Option(help="GPUs of each fit on Ray; 0.5: two fits share one.")]
Shared = Annotated[
    bool,
    typer.Option("--shared", help="As --resume, and where another run of the same is at work in the folder: help it."),
]


@dataclass(frozen=True)
class Options:
    """What every command takes beside its own options: each field is an option, see paddle_dip.cli.command.with_options."""

    steps: Annotated[int | None, typer.Option(help="Steps, instead of the preset's.")] = None
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0
    stop: Annotated[str, typer.Option(help=f"When to end: auto, the preset's choice, or one of {', '.join(STOPS)}.")] = "auto"
    changes: Annotated[  # a dataclass takes no list as a default, Typer no other sequence
        list[str], typer.Option("--set", help="NAME=VALUE: any other setting of the preset; may be repeated.")
    ] = ()  # type: ignore[assignment]
    precision: Annotated[str | None, typer.Option(help="float32, or bf16: faster convolutions on CPUs that have it.")] = None
    dtype: Annotated[str, typer.Option(help="float32, or float64: slower, for a fit that fails otherwise.")] = "float32"
    max_memory: Annotated[
        float | None,
        typer.Option(
            help="GiB that photo, fits and result may take in all: a photo that needs more is restored in overlapping tiles."
        ),
    ] = None
    frames: Annotated[
        int | None, typer.Option(help="Keep a picture every so many steps; OUT_process/ gets them, a GIF, a WebP and a page.")
    ] = None
    record: Annotated[
        bool, typer.Option("--record", help="Also write OUT with .json behind it: settings, seed, versions, device, commit.")
    ] = False
    truth: Annotated[Path | None, typer.Option(help="The undamaged photo, to score the result with; the fit never sees it.")] = None
    jobs: Jobs = BY_ITSELF
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on from OUT.work, which a run that was cut off has left, or begin where there is none."),
    ] = False
    shared: Shared = False
    executor: ExecutorName = "local"
    ray_address: RayAddress = None
    cpus_per_task: CpusPerTask = 1
    gpus_per_task: GpusPerTask = 0.0
    checkpoint_seconds: Annotated[float, typer.Option(help="Seconds of work between two states that --resume can go on from.")] = (
        30.0
    )

    @property
    def workers(self) -> Workers:
        """Where fits are made."""
        return Workers(self.jobs, self.executor, self.ray_address, self.cpus_per_task, self.gpus_per_task)

    def applied(self, preset: Preset) -> Preset:
        """Return the preset with what the options change in it; raises InputError for a value that isn't allowed."""
        if self.frames is not None:
            at_least("--frames", self.frames, 1)
            if self.resume or self.shared:
                raise InputError("--frames shows a fit from its first step on: leave it out, or --resume")
            if self.executor == "ray":
                raise InputError("--frames shows a fit that is made here: leave it out, or --executor ray")
        if self.dtype == "float64" and self.precision == "bf16":
            raise InputError("--precision bf16 belongs to --dtype float32: float64 is for what rounding spoils")
        checked(self.workers)
        at_least("--checkpoint-seconds", self.checkpoint_seconds, 0)
        stop = None if one_of("--stop", self.stop, ("auto", *STOPS)) == "auto" else self.stop
        return with_settings(overridden(preset, self.changes), steps=self.steps, stop=stop, precision=self.precision)


def changed_options(options: Options) -> list[str]:
    """Return the options, as typed, that aren't as they are by themselves."""
    given = [name for name, value in vars(options).items() if (value or None) != (getattr(Options(), name) or None)]
    return ["--set" if name == "changes" else f"--{name.replace('_', '-')}" for name in given]
