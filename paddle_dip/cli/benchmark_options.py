"""The options that the benchmarks of super-resolution and of the other tasks share, and the run that they ask for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from paddle_dip.cli.command import console
from paddle_dip.cli.options import CpusPerTask, ExecutorName, GpusPerTask, Jobs, RayAddress, Shared
from paddle_dip.errors import at_least, one_of
from paddle_dip.evaluation.benchmark.protocol import BenchmarkProtocol
from paddle_dip.evaluation.benchmark.run import Outcome, Settings, run
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import PRECISIONS, STOPS, Preset
from paddle_dip.runs.workers import BY_ITSELF, Workers, checked

_AUTO = "auto"


@dataclass(frozen=True)
class BenchmarkOptions:
    """Each field is an option, see paddle_dip.cli.command.with_options."""

    steps: Annotated[int | None, typer.Option(help="Steps, instead of the preset's.")] = None
    seed: Annotated[int, typer.Option(help="Seed of everything random in the fits.")] = 0
    stop: Annotated[str, typer.Option(help=f"auto, the preset's choice, or one of {', '.join(STOPS)}.")] = _AUTO
    changes: Annotated[  # a dataclass takes no list as a default, Typer no other sequence
        list[str], typer.Option("--set", help="NAME=VALUE: any other setting of the preset; may be repeated.")
    ] = ()  # type: ignore[assignment]
    precision: Annotated[
        str | None, typer.Option(help="float32; bf16: faster convolutions on CPUs that have it; auto: bf16 there, else float32.")
    ] = None
    grid_every: Annotated[int | None, typer.Option(help="Steps between picture grids. Default: a fifth of the steps.")] = None
    checkpoint_seconds: Annotated[float, typer.Option(help="Seconds of work between checkpoints.")] = 10.0
    jobs: Jobs = BY_ITSELF
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out, or begin one where there is none.")] = False
    shared: Shared = False
    executor: ExecutorName = "local"
    ray_address: RayAddress = None
    cpus_per_task: CpusPerTask = 1
    gpus_per_task: GpusPerTask = 0.0

    def settings(self, protocol: BenchmarkProtocol, names: tuple[str, ...], preset: Preset, out: Path) -> Settings:
        """Return the run of images that the options ask for; raises InputError for a value that isn't allowed.

        A precision of auto is left for later: only Paddle knows what the CPU has.
        """
        chosen = overridden(preset, self.changes)
        if self.steps is not None:
            chosen = replace(chosen, steps=at_least("--steps", self.steps, 1))
        if self.precision is not None and one_of("--precision", self.precision, (_AUTO, *PRECISIONS)) != _AUTO:
            chosen = replace(chosen, precision=self.precision)
        if one_of("--stop", self.stop, (_AUTO, *STOPS)) != _AUTO:
            chosen = replace(chosen, stop=self.stop)
        for option, value in (("--seed", self.seed), ("--checkpoint-seconds", self.checkpoint_seconds)):
            at_least(option, value, 0)
        every = at_least("--grid-every", max(chosen.steps // 5, 1) if self.grid_every is None else self.grid_every, 1)
        workers = checked(Workers(self.jobs, self.executor, self.ray_address, self.cpus_per_task, self.gpus_per_task))
        seconds = self.checkpoint_seconds
        return Settings(protocol, names, chosen, self.seed, out, self.resume, every, seconds, workers, self.shared)

    def run(self, settings: Settings, line: Callable[[Any], str]) -> Outcome:
        """Run the benchmark and print a `line` of each row as it comes; raises what the run does."""
        from paddle_dip.solver.fast.operators import (
            fastest_precision,  # here, so that a wrong option is answered before Paddle loads
        )
        from paddle_dip.solver.fit import fit

        if self.precision == _AUTO:
            settings = replace(settings, preset=replace(settings.preset, precision=fastest_precision()))
        return run(settings, fit=fit, announce=lambda row: console().print(line(row), soft_wrap=True))


def image_names(images: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the names in `images`, separated by commas, each once; all that are known for "all". Raises InputError for others."""
    known = tuple(known)
    if images == "all":
        return known
    return tuple(dict.fromkeys(one_of("--images", name.strip(), known) for name in images.split(",")))
