"""Run the benchmark of one of the tasks beside super-resolution, measure what needs no network, and record both."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.benchmark_options import BenchmarkOptions, image_names
from paddle_dip.cli.command import command_line, console, with_options
from paddle_dip.cli.command import run as run_command
from paddle_dip.errors import at_least, one_of
from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.tasks.pictures import AMOUNTS, PICTURES, find_pictures
from paddle_dip.evaluation.tasks.restoration import Restoration
from paddle_dip.io.files import writable_folder
from paddle_dip.problem.task_table import task_preset
from paddle_dip.report.tables import terminal_table
from paddle_dip.report.task_results import TaskRow, record_tasks, update_baselines

_TASK = typer.Option("denoise", help=f"One of {', '.join(PICTURES)}.")
_AMOUNT = typer.Option(
    None, help="The noise's deviation of 255, JPEG's quality, or the share of pixels dropped; of inpaint 0. Default: its first one."
)
_IMAGES = typer.Option("all", help="all, or names separated by commas.")
_DATA = typer.Option(None, help="A folder of pictures, NAME.png, of inpaint with NAME_mask.png, instead of the task's own.")
_SHRINK = typer.Option(1, help="Make the pictures so many times smaller first.")
app = command_line()


@app.command("run")
@with_options
def benchmark(
    task: str = _TASK,
    amount: float = _AMOUNT,
    images: str = _IMAGES,
    data: Path = _DATA,
    shrink: int = _SHRINK,
    preset: str = typer.Option("fast", help="One of the task's presets: see the command presets."),
    out: Path = typer.Option(None, help="Folder for the results. Default: out/TASK-AMOUNT_PRESET."),
    *,
    options: BenchmarkOptions,
) -> None:
    """Restore a task's pictures and score them; the damage is the same for all seeds."""
    restoration = _restoration(task, amount, data, shrink)
    out = out or Path("out", f"{restoration.damage.words}_{preset}")
    names = image_names(images, restoration.available())
    settings, screen = options.settings(restoration, names, task_preset(task, preset), out), console()
    screen.print(f"Images: {restoration.source}; results: {out}", soft_wrap=True)
    outcome = options.run(settings, _line)
    screen.print(terminal_table(f"{restoration.damage.words}, preset {preset}, seed {options.seed}", *outcome.table))
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
    names = image_names(images, restoration.available())
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


def _line(row: TaskRow) -> str:
    return f"{row.image}: {row.psnr:.2f} dB (given {row.given_psnr:.2f}, oracle {row.oracle_psnr:.2f}) in {row.seconds:.0f} s"


if __name__ == "__main__":
    run_command(app)
