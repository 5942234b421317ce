"""Run the benchmark of one of the tasks beside super-resolution, measure what needs no network, and record both."""

import os
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console
from paddle_dip.cli.command import run as run_command
from paddle_dip.cli.options import CpusPerTask, ExecutorName, GpusPerTask, RayAddress, Shared
from paddle_dip.errors import at_least, one_of
from paddle_dip.evaluation.benchmark.run import Settings, run
from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.tasks.pictures import AMOUNTS, PICTURES, find_pictures
from paddle_dip.evaluation.tasks.restoration import Restoration
from paddle_dip.io.files import writable_folder
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import PRECISIONS
from paddle_dip.problem.task_table import task_preset
from paddle_dip.report.tables import terminal_table
from paddle_dip.report.task_results import TaskRow, record_tasks, update_baselines
from paddle_dip.runs.workers import Workers, checked

_TASK = typer.Option("denoise", help=f"One of {', '.join(PICTURES)}.")
_AMOUNT = typer.Option(
    None, help="The noise's deviation of 255, JPEG's quality, or the share of pixels dropped; of inpaint 0. Default: its first one."
)
_IMAGES = typer.Option("all", help="all, or names separated by commas.")
_DATA = typer.Option(None, help="A folder of pictures, NAME.png, of inpaint with NAME_mask.png, instead of the task's own.")
_SHRINK = typer.Option(1, help="Make the pictures so many times smaller first.")
app = command_line()


@app.command("run")
def benchmark(
    task: str = _TASK,
    amount: float = _AMOUNT,
    images: str = _IMAGES,
    data: Path = _DATA,
    shrink: int = _SHRINK,
    preset: str = typer.Option("fast", help="One of the task's presets: see the command presets."),
    out: Path = typer.Option(None, help="Folder for the results. Default: out/TASK-AMOUNT_PRESET."),
    steps: int = typer.Option(None, help="Steps, instead of the preset's."),
    seed: int = typer.Option(0, help="Seed of everything random but the damage, which is the same for all."),
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
    """Restore a task's pictures and score them."""
    restoration = _restoration(task, amount, data, shrink)
    chosen = overridden(task_preset(task, preset), changes)
    if steps is not None:
        chosen = replace(chosen, steps=at_least("--steps", steps, 1))
    if precision is not None and one_of("--precision", precision, ("auto", *PRECISIONS)) != "auto":
        chosen = replace(chosen, precision=precision)
    every = at_least("--grid-every", grid_every if grid_every is not None else max(chosen.steps // 5, 1), 1)
    for option, value in (("--seed", seed), ("--checkpoint-seconds", checkpoint_seconds)):
        at_least(option, value, 0)
    workers = checked(Workers(jobs, executor, ray_address, cpus_per_task, gpus_per_task))
    names, screen = _names(images, restoration), console()
    out = out or Path("out", f"{restoration.damage.words}_{chosen.name}")
    screen.print(f"Images: {restoration.source}; results: {out}", soft_wrap=True)
    from paddle_dip.solver.fast.operators import fastest_precision  # here, so that a wrong option is answered before Paddle loads
    from paddle_dip.solver.fit import fit

    if precision == "auto":
        chosen = replace(chosen, precision=fastest_precision())
    settings = Settings(restoration, names, chosen, seed, out, resume, every, checkpoint_seconds, workers, shared)
    outcome = run(settings, fit=fit, announce=lambda row: screen.print(_line(row), soft_wrap=True))
    screen.print(terminal_table(f"{restoration.damage.words}, preset {chosen.name}, seed {seed}", *outcome.table))
    screen.print(f"Page: {out / 'index.html'}", soft_wrap=True)


@app.command()
def baselines(
    task: str = _TASK,
    amount: float = _AMOUNT,
    images: str = _IMAGES,
    data: Path = _DATA,
    shrink: int = _SHRINK,
    out: Path = typer.Option(ROOT / "results" / "tasks_baselines.csv", help="Table that the rows go into."),
) -> None:
    """Measure what needs no network: scikit-image's methods, and BM3D where the package bm3d is installed."""
    restoration = _restoration(task, amount, data, shrink)
    names = _names(images, restoration)
    writable_folder(out.parent)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from paddle_dip.evaluation.tasks.baselines import run_baselines

    for rows in run_baselines(restoration, names):
        update_baselines(out, rows)
        for row in rows:
            console().print(f"{row.image}, {row.method}: {row.psnr:.2f} dB, {row.seconds:.1f} s", soft_wrap=True)


@app.command()
def record(
    runs: list[Path] = typer.Argument(help="Folders of finished runs; of rows of the same settings the last one's count."),
    out: Path = typer.Option(ROOT / "results" / "tasks.csv", help="Table that the rows go into, with its JSON beside it."),
) -> None:
    """Put the rows of runs into results/tasks.csv and what they were made with into results/tasks.json."""
    writable_folder(out.parent)
    rows = record_tasks(runs, out)
    console().print(f"{out}: {len(rows)} rows", soft_wrap=True)


def _restoration(task: str, amount: float | None, data: Path | None, shrink: int) -> Restoration:
    pictures = find_pictures(one_of("--task", task, PICTURES), data)
    return Restoration(pictures, Damage(task, AMOUNTS[task][0] if amount is None else amount, at_least("--shrink", shrink, 1)))


def _names(images: str, restoration: Restoration) -> tuple[str, ...]:
    known = restoration.available()
    if images == "all":
        return tuple(known)
    return tuple(dict.fromkeys(one_of("--images", name.strip(), known) for name in images.split(",")))


def _line(row: TaskRow) -> str:
    return f"{row.image}: {row.psnr:.2f} dB (given {row.given_psnr:.2f}, oracle {row.oracle_psnr:.2f}) in {row.seconds:.0f} s"


if __name__ == "__main__":
    run_command(app)
