"""The command that runs the super-resolution benchmark: table, pictures, page."""

from dataclasses import replace
from pathlib import Path

import typer

from paddle_dip.cli.command import console
from paddle_dip.cli.options import CpusPerTask, ExecutorName, GpusPerTask, RayAddress, Shared
from paddle_dip.errors import at_least, one_of
from paddle_dip.evaluation.benchmark.magnification import Magnification
from paddle_dip.evaluation.benchmark.run import Settings, run
from paddle_dip.problem.dataset import Source, find_source, image_names
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import AVERAGES, PRECISIONS, STOPS, Preset
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from paddle_dip.report.results import ResultRow
from paddle_dip.report.tables import terminal_table
from paddle_dip.runs.workers import Workers, checked

FACTORS = (2, 4, 8)


def benchmark(
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    factor: int = typer.Option(8, help="Magnification: 2, 4 or 8."),
    images: str = typer.Option("all", help="all, or names separated by commas."),
    data: str = typer.Option(
        None,
        help="Folder of NAME_GT.png files; embedded; or set14: in datas/sr, $PADDLE_DIP_DATA/sr, AI Studio's. "
        "Default: set14, where it isn't there embedded.",
    ),
    out: Path = typer.Option("out/benchmark", help="Folder for the results."),
    steps: int = typer.Option(None, help="Steps, instead of the preset's."),
    seed: int = typer.Option(0, help="Seed of everything random."),
    average: str = typer.Option(None, help="none or ema, instead of the preset's."),
    stop: str = typer.Option("auto", help=f"auto, the preset's choice, or one of {', '.join(STOPS)}."),
    changes: list[str] = typer.Option([], "--set", help="NAME=VALUE: any other setting of the preset; may be repeated."),
    precision: str = typer.Option(
        None, help="float32; bf16: faster convolutions on CPUs that have it; auto: bf16 there, else float32."
    ),
    grid_every: int = typer.Option(None, help="Steps between picture grids. Default: a fifth of the steps."),
    checkpoint_seconds: float = typer.Option(10.0, help="Seconds of work between checkpoints."),
    jobs: int = typer.Option(1, help="Fits at a time, each in a process with its share of the cores; on a GPU one in any case."),
    resume: bool = typer.Option(False, "--resume", help="Go on with the run in --out, or begin one where there is none."),
    shared: Shared = False,
    executor: ExecutorName = "local",
    ray_address: RayAddress = None,
    cpus_per_task: CpusPerTask = 1,
    gpus_per_task: GpusPerTask = 0.0,
) -> None:
    """Restore the benchmark's images and score them by the paper's metric."""
    one_of("--factor", factor, FACTORS)
    chosen = _preset(preset, factor, changes, steps, average)
    if precision is not None and one_of("--precision", precision, ("auto", *PRECISIONS)) != "auto":
        chosen = replace(chosen, precision=precision)
    if one_of("--stop", stop, ("auto", *STOPS)) != "auto":
        chosen = replace(chosen, stop=stop)
    at_least("--seed", seed, 0)
    at_least("--checkpoint-seconds", checkpoint_seconds, 0)
    every = at_least("--grid-every", grid_every if grid_every is not None else max(chosen.steps // 5, 1), 1)
    workers = checked(Workers(jobs, executor, ray_address, cpus_per_task, gpus_per_task))
    source = find_source(data)
    names = _names(images, source)
    screen = console()
    screen.print(f"Images: {source.words}; results: {out}", soft_wrap=True)
    from paddle_dip.solver.fast.operators import fastest_precision  # here, so that a wrong option is answered before Paddle loads
    from paddle_dip.solver.fit import fit

    if precision == "auto":
        chosen = replace(chosen, precision=fastest_precision())
    settings = Settings(Magnification(source, factor), names, chosen, seed, out, resume, every, checkpoint_seconds, workers, shared)
    outcome = run(settings, fit=fit, announce=lambda row: screen.print(_line(row), soft_wrap=True))
    title = f"x{factor}, preset {chosen.name}, seed {seed}: PSNR Y in dB (paper's metric)"
    screen.print(terminal_table(title, *outcome.table))
    screen.print(f"Mean {outcome.table[1][-1][3]} dB. Page: {out / 'index.html'}", soft_wrap=True)


def _preset(name: str, factor: int, changes: list[str], steps: int | None, average: str | None) -> Preset:
    """Return the preset with the changes, and after them with what the named options say."""
    chosen = overridden(super_resolution_preset(name, factor), changes)
    if steps is not None:
        chosen = replace(chosen, steps=at_least("--steps", steps, 1))
    if average is not None:
        chosen = replace(chosen, average=one_of("--average", average, AVERAGES))
    return chosen


def _names(images: str, source: Source) -> tuple[str, ...]:
    known = image_names(source)
    if images == "all":
        return tuple(known)
    return tuple(dict.fromkeys(one_of("--images", name.strip(), tuple(known)) for name in images.split(",")))


def _line(row: ResultRow) -> str:
    return f"{row.image}: {row.psnr_y:.3f} dB (bicubic {row.bicubic_psnr_y:.3f}) in {row.seconds:.0f} s"
