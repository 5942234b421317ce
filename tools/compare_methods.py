"""Compare the simple methods, the Deep Image Prior and a trained network on the same damaged photos."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, run
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.evaluation.comparison.cases import Blur, blurred_cases, choose_files, holed_cases
from paddle_dip.io.files import writable_folder
from paddle_dip.report.tables import terminal_table
from paddle_dip.trained.problem.blurs import BLURS, check_strength

app = command_line()


@app.command()
def compare(
    photos: Path = typer.Argument(help="A folder of photos, sub-folders included; the first ones are taken."),
    out: Path = typer.Option(help="Where to write index.html, results.csv and summary.json."),
    task: str = typer.Option("holes", help="holes, filled; or blur, sharpened."),
    checkpoint: Path = typer.Option(
        None, help="A run of `train removal` or `train deblur`; without it there is no trained network."
    ),
    count: int = typer.Option(4, help="Photos."),
    size: int = typer.Option(256, help="Pixels a side: the photos' middle squares are shrunk to it."),
    steps: int = typer.Option(None, help="Steps of the Deep Image Prior, instead of the preset fast's; 0 leaves it out."),
    blur: str = typer.Option("disk", help="disk or gaussian."),
    strength: float = typer.Option(3.0, help="The disk's radius or the Gaussian's standard deviation, in pixels."),
    seed: int = typer.Option(0, help="Seed of the holes and of the Deep Image Prior."),
) -> None:
    """Damage photos, restore them by every method, and write a page, a table and what they were made with."""
    one_of("--task", task, ("holes", "blur"))
    kind = Blur(one_of("--blur", blur, BLURS), strength)
    for option, value, least in (("--count", count, 1), ("--size", size, 32), ("--seed", seed, 0), ("--steps", steps or 0, 0)):
        at_least(option, value, least)
    check_strength(strength, size)
    if checkpoint is not None and not checkpoint.exists():
        raise InputError(f"--checkpoint {checkpoint} doesn't exist")
    files = choose_files(photos, count)
    cases = holed_cases(files, size, seed) if task == "holes" else blurred_cases(files, size, kind)
    writable_folder(out)
    from paddle_dip.evaluation.comparison import run as runner
    from paddle_dip.runs.provenance import provenance
    from paddle_dip.solver.fit import fit

    methods, notes = _methods(task, kind, checkpoint, {"steps": steps, "seed": seed, "fit": fit})
    notes += _warnings(runner.learnt_from(checkpoint, list(files))) if checkpoint else []
    made_with = provenance()  # before anything is timed: it may build the compiled operators
    rows, pictures = runner.compare(cases, methods, lambda row: console().print(_line(row), soft_wrap=True))
    settings = {"task": task, "photos": list(files), "size": size, "seed": seed, "steps": steps, "checkpoint": checkpoint}
    settings = {k: str(v) if isinstance(v, Path) else v for k, v in settings.items()} | _blur_settings(task, kind)
    page = runner.write_comparison(out, rows, pictures, {"settings": settings, "notes": notes, **made_with})
    lines = [[row.method, f"{row.psnr:.2f}", f"{row.ssim:.4f}", f"{row.seconds:.2f}"] for row in runner.mean_rows(rows)]
    console().print(terminal_table(f"{task}: means of {len(cases)}", ["method", "PSNR", "SSIM", "seconds"], lines))
    for note in (*notes, f"Page: {page}"):
        console().print(note, soft_wrap=True)


def _methods(task: str, blur: Blur, checkpoint: Path | None, prior: dict) -> tuple[dict, list[str]]:
    """Return the methods and what a reader must know of them."""
    from paddle_dip.evaluation.comparison import methods

    best = methods.tuned(blur) if task == "blur" else None
    found = methods.sharpening_methods(blur, best, **prior) if task == "blur" else methods.filling_methods(**prior)
    notes = methods.notes(task, blur, list(found), best)
    if checkpoint is None:
        return found, [*notes, "No checkpoint was given: there is no trained network in this comparison."]
    if task == "holes":
        return found | {methods.NETWORK: methods.trained_filling(checkpoint)}, notes
    return found | methods.trained_sharpening(checkpoint), [*notes, methods.learnt_note(checkpoint)]


def _warnings(known: list[str] | None) -> list[str]:
    if known is None:
        return ["There is no split.json beside the checkpoint to say which photos the trained network has learnt from."]
    return [f"The trained network has learnt from {', '.join(known)}: its figures there are no test."] if known else []


def _blur_settings(task: str, blur: Blur) -> dict:
    return {"blur": blur.name, "strength": blur.strength} if task == "blur" else {}


def _line(row) -> str:
    return f"{row.photo}, {row.method}: {row.psnr:.2f} dB, SSIM {row.ssim:.4f}, {row.seconds:.2f} s"


if __name__ == "__main__":
    run(app)
