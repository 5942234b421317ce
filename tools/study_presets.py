"""Try settings of the fit on images outside the benchmark, several fits at a time, and tabulate their quality."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import product
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.command import at_least, command_line, console, one_of, run
from paddle_dip.files import writable_folder
from paddle_dip.study.table import study_table
from paddle_dip.study.trial import Trial, read_trial
from paddle_dip.study.variants import VARIANTS

app = command_line()


@app.command()
def table(folder: Path = typer.Argument(help="Folder of readings.")) -> None:
    """Print the readings of a study as a Markdown table."""
    print(study_table(folder))


@app.command("run")
def study(
    data: Path = typer.Option(help="Folder of NAME_GT.png files: Set5, photos; not the benchmark's own Set14."),
    images: str = typer.Option(help="Names separated by commas."),
    variants: str = typer.Option("base", help="Names separated by commas."),
    seeds: str = typer.Option("0", help="Seeds separated by commas."),
    factor: int = typer.Option(8, help="Magnification."),
    steps: int = typer.Option(None, help="Steps, instead of the variants' own."),
    jobs: int = typer.Option(os.cpu_count(), help="Fits at a time, each on one thread."),
    out: Path = typer.Option("out/study", help="Folder for the readings; finished fits found there are kept."),
) -> None:
    """Fit every image with every variant and seed."""
    chosen = [one_of("--variants", name, tuple(VARIANTS)) for name in variants.split(",")]
    at_least("--jobs", jobs, 1)
    writable_folder(out)
    combinations = product(chosen, seeds.split(","), images.split(","))
    trials = [Trial(variant, image, int(seed), factor, data, steps) for variant, seed, image in combinations]
    wanted = [trial for trial in trials if not read_trial(trial, out)]
    os.environ["OMP_NUM_THREADS"] = "1"  # of the processes to come
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for done in as_completed({pool.submit(_fit, trial, out) for trial in wanted}):
            console().print(done.result(), soft_wrap=True)


def _fit(trial: Trial, out: Path) -> str:
    from paddle_dip.solver.fit import fit
    from paddle_dip.study.trial import run_trial

    run_trial(trial, fit, out)
    return f"{trial.name}: {read_trial(trial, out)[-1].average:.3f} dB"


if __name__ == "__main__":
    run(app)
