"""Try settings of the fit on images outside the benchmark, several fits at a time, and tabulate their quality."""

import os
import sys
from functools import partial
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, run
from paddle_dip.environment import usable_cores
from paddle_dip.errors import at_least, one_of
from paddle_dip.evaluation.study.cases import TASKS, Damage, image_path
from paddle_dip.evaluation.study.companions import companions_table
from paddle_dip.evaluation.study.ensembles import ensembles_table
from paddle_dip.evaluation.study.refinements import TRIED, refinements_table
from paddle_dip.evaluation.study.table import stops_table, study_table
from paddle_dip.evaluation.study.trial import Trial, finished
from paddle_dip.evaluation.study.variants import VARIANTS, variant_preset
from paddle_dip.io.files import writable_folder
from paddle_dip.runs.interrupt import Interrupted, deferred_interrupt
from paddle_dip.runs.parallel import run_parallel
from paddle_dip.runs.workers import Workers

_VARIANTS = (
    f"Separated by commas: {', '.join(VARIANTS)}, or of another task its presets; NAME+SETTING=VALUE changes one further, "
    "to a value without commas."
)
_FITS = "Folder of readings, with the .npy files that the fits left there."
_MADE_WITH = "The folder of sharp images that they were made with."
_TRIED = f"DETAIL_GAIN,NON_LOCAL_MEANS or DETAIL_GAIN,NON_LOCAL_MEANS,PASSES; may be repeated. By default {len(TRIED)} of them."
app = command_line()


@app.command()
def table(folder: Path = typer.Argument(help="Folder of readings.")) -> None:
    """Print the quality of a study's fits as a Markdown table."""
    print(study_table(folder))


@app.command()
def stops(folder: Path = typer.Argument(help="Folder of readings.")) -> None:
    """Print what each way of stopping loses and saves as a Markdown table."""
    print(stops_table(folder))


@app.command()
def members(
    folder: Path = typer.Argument(help=_FITS),
    data: Path = typer.Option(help=_MADE_WITH),
) -> None:
    """Print what ensembles of the seeds that were run are worth as a Markdown table."""
    print(ensembles_table(folder, data))


@app.command()
def refinements(
    folder: Path = typer.Argument(help=_FITS),
    data: Path = typer.Option(help=_MADE_WITH),
    count: int = typer.Option(1, "--members", help="Fits that are averaged."),
    tried: list[str] = typer.Option(TRIED, "--try", help=_TRIED, show_default=False),
) -> None:
    """Print what amplified details and non-local means change as a Markdown table."""
    print(refinements_table(folder, data, at_least("--members", count, 1), tried))


@app.command()
def companions(
    folder: Path = typer.Argument(help=_FITS),
    data: Path = typer.Option(help=_MADE_WITH),
) -> None:
    """Print what methods without a network make of the same pictures, and of the fits, as a Markdown table."""
    print(companions_table(folder, data))


@app.command("run")
def study(
    data: Path = typer.Option(help="Folder of sharp images: Set5, photos; not the benchmark's own Set14."),
    images: str = typer.Option(help="Names separated by commas."),
    variants: str = typer.Option("base", help=_VARIANTS),
    task: str = typer.Option("super-resolve", help=f"One of {', '.join(TASKS)}."),
    amount: float = typer.Option(
        8, help="Of damage: the magnification, the noise's deviation of 255, or the share of pixels dropped."
    ),
    shrink: int = typer.Option(1, help="Make the images so many times smaller first."),
    seeds: str = typer.Option("0", help="Seeds separated by commas; the damage is the same for all."),
    steps: int = typer.Option(None, help="Steps, instead of the variants' own."),
    jobs: int = typer.Option(usable_cores(), help="Fits at a time, each on one thread."),
    out: Path = typer.Option("out/study", help="Folder for the readings; finished fits found there are kept."),
) -> None:
    """Fit every image with every variant and seed."""
    one_of("--task", task, TASKS)
    damage = Damage(task, amount, at_least("--shrink", shrink, 1))
    steps = None if steps is None else at_least("--steps", steps, 1)
    at_least("--jobs", jobs, 1)
    chosen, names = variants.split(","), images.split(",")
    for variant in chosen:
        variant_preset(variant, damage, steps)
    for name in names:
        image_path(data, name)
    numbers = [at_least("--seeds", int(seed) if seed.isdigit() else -1, 0) for seed in seeds.split(",")]
    trials = [Trial(v, n, damage, seed, data, steps) for v, seed, n in product(chosen, numbers, names)]
    writable_folder(out)
    wanted = [trial for trial in trials if not finished(trial, out)]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes to come
    with deferred_interrupt() as interrupted:
        for _, line in run_parallel(wanted, Workers(jobs), work=partial(_fit, out), interrupted=interrupted):
            console().print(line, soft_wrap=True)


def _fit(out: Path, trial: Trial, *, interrupted: Interrupted) -> str:
    from paddle_dip.evaluation.study.trial import read_readings, run_trial
    from paddle_dip.solver.fit import fit

    run_trial(trial, fit, out, interrupted)
    return f"{trial.name}: {read_readings(out / f'{trial.name}.csv')[-1].average:.3f} dB"


if __name__ == "__main__":
    run(app)
