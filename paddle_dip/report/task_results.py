"""The results of the tasks' benchmark: a row an image, their summary, their table, and what is recorded of several runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paddle_dip.io.files import write_json
from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.readme import markdown
from paddle_dip.report.results import Schema, final_rows, read_rows, seeds, write_rows

METRIC = (
    "PSNR in dB over all channels of the whole 8-bit picture, data_range 1; psnr_holes over what was missing alone; SSIM of luma; "
    "oracle: the best PSNR that the average of the outputs had at one of a hundred readings of the same fit, unknown without the "
    "truth; given: the damaged picture itself"
)


@dataclass(frozen=True)
class TaskRow:
    """One restored image; see METRIC. amount: as of paddle_dip.evaluation.study.cases.Damage."""

    image: str
    task: str
    amount: float
    preset: str
    seed: str  # a number, or ENSEMBLE for the image that the fits of several seeds amount to
    steps: int
    psnr: float
    psnr_holes: float  # nan where nothing was missing
    ssim: float
    seconds: float  # wall time of this image's fits and their reporting, over all sessions
    oracle_psnr: float  # of an ensemble its best member's
    given_psnr: float
    shrink: int  # the image was made so many times smaller first
    peak_memory_mb: float
    resumed_at_step: int


@dataclass(frozen=True)
class TaskPoint:
    """The fit of an image after `step` steps: PSNR of the result if it ended here, of the output itself, of the average."""

    step: int
    loss: float
    psnr: float
    psnr_iterate: float
    psnr_average: float


@dataclass(frozen=True)
class BaselineRow:
    """One damaged image through a method that needs no network; see METRIC. seconds: of one call."""

    image: str
    task: str
    amount: float
    method: str
    psnr: float
    psnr_holes: float
    ssim: float
    seconds: float
    shrink: int


def summarise_tasks(all_rows: list[TaskRow], given: dict[str, float], preset: dict, made_with: dict) -> dict:
    """Return the JSON-ready summary of finished images, their members' rows among them or not; given: PSNR of the damaged image."""
    rows = final_rows(all_rows)
    means = {f"mean_{key}": _mean(rows, key) for key in ("psnr", "psnr_holes", "ssim", "oracle_psnr", "given_psnr")}
    return {
        "images": len(rows),
        "image_names": [row.image for row in rows],
        "task": rows[0].task,
        "amount": rows[0].amount,
        "shrink": rows[0].shrink,
        "seeds": seeds(all_rows),
        **means,
        "given_psnr": {row.image: given[row.image] for row in rows},
        "seconds": sum(row.seconds for row in rows),
        "metric": METRIC,
        "preset": preset,
        **made_with,
    }


TASK_RESULTS = Schema(
    TaskRow,
    TaskPoint,
    floor="given_psnr",
    alike=("task", "amount", "shrink"),
    summarise=summarise_tasks,
    curves={"iterate": "psnr_iterate", "average": "psnr_average", "result": "psnr"},
)


def task_table(rows: Sequence[TaskRow]) -> tuple[list[str], list[list[str]]]:
    """Return heading and lines of images, the last being the mean; in dB."""
    holes = not np.isnan(_mean(rows, "psnr_holes"))
    figures = ["given_psnr", "psnr", "oracle_psnr", *(["psnr_holes"] if holes else []), "ssim", "seconds"]
    words = {"given_psnr": "given", "psnr": "PSNR", "oracle_psnr": "oracle", "psnr_holes": "in the holes", "ssim": "SSIM"}
    lines = [(row.image, str(row.steps), [getattr(row, key) for key in figures]) for row in rows]
    lines.append(("mean", f"{_mean(rows, 'steps'):.0f}", [_mean(rows, key) for key in figures]))
    digits = {"ssim": 4, "seconds": 0}
    cells = [
        [name, steps, *(f"{v:.{digits.get(k, 2)}f}" for k, v in zip(figures, found, strict=True))] for name, steps, found in lines
    ]
    return ["image", "steps", *(words.get(key, key) for key in figures)], cells


def record_tasks(runs: list[Path], table: Path) -> list[TaskRow]:
    """Put the rows of finished runs, each a folder, into a CSV file and their summaries into the JSON beside it; return all rows.

    Of what is there already it takes the place of rows of the same image, task, amount, preset and seed, and of summaries of the
    same task, amount, shrink and preset; of an image in several runs the last one's counts.
    """
    rows = {_row_key(row): row for row in read_rows(table, TaskRow)}
    notes = table.with_suffix(".json")
    kept = json.loads(notes.read_text(encoding="utf-8"))["runs"] if notes.exists() else []
    summaries = {_run_key(summary): summary for summary in kept}
    for found, summary in (joined([read_part(run, TASK_RESULTS)], TASK_RESULTS) for run in runs):
        rows |= {_row_key(row): row for row in found}
        summaries[_run_key(summary)] = summary
    ordered = [rows[key] for key in sorted(rows)]
    write_rows(table, ordered, TaskRow)
    write_json(notes, {"metric": METRIC, "runs": [summaries[key] for key in sorted(summaries)]})
    return ordered


def update_baselines(table: Path, rows: list[BaselineRow]) -> None:
    """Put rows into a CSV file, in place of those of the same image, damage and method."""
    found = {_baseline_key(row): row for row in [*read_rows(table, BaselineRow), *rows]}
    write_rows(table, [found[key] for key in sorted(found)], BaselineRow)


def _baseline_key(row: BaselineRow) -> tuple:
    return row.task, row.amount, row.shrink, row.image, row.method


def _row_key(row: TaskRow) -> tuple:
    return row.task, row.amount, row.shrink, row.preset, row.image, row.seed


def _run_key(summary: dict) -> tuple:
    return summary["task"], summary["amount"], summary["shrink"], summary["preset"]["name"], *summary["image_names"]


def _mean(rows: Sequence, key: str) -> float:
    return float(np.mean([getattr(row, key) for row in rows]))


def baselines_markdown(results: Path) -> str:
    """Return the methods' mean PSNR in dB, a line a damage, from tasks_baselines.csv; "-" for one that wasn't run on all images."""
    groups: dict[str, list[BaselineRow]] = {}
    for row in read_rows(results / "tasks_baselines.csv", BaselineRow):
        groups.setdefault(_damage(row), []).append(row)
    methods = list(dict.fromkeys(row.method for rows in groups.values() for row in rows))
    lines = []
    for damage, rows in groups.items():
        images = {row.image for row in rows}
        found = {method: [row.psnr for row in rows if row.method == method] for method in methods}
        means = [f"{np.mean(psnrs):.2f}" if len(psnrs) == len(images) else "-" for psnrs in found.values()]
        lines.append([damage, str(len(images)), *means])
    return markdown([["damage", "images", *methods], *lines])


def compared_markdown(results: Path, damage: str) -> str:
    """Return the PSNR in dB of each image with one damage, such as "denoise-25", by every method and recorded preset of ours."""
    columns: dict[str, dict[str, float]] = {}
    for row in read_rows(results / "tasks_baselines.csv", BaselineRow):
        if _damage(row) == damage:
            columns.setdefault(row.method, {})[row.image] = row.psnr
    for row in final_rows(read_rows(results / "tasks.csv", TaskRow)):
        if _damage(row) == damage:
            columns.setdefault(f"`{row.preset}`", {})[row.image] = row.psnr
    images = sorted({image for column in columns.values() for image in column})
    cells = [[f"{column[image]:.2f}" if image in column else "-" for column in columns.values()] for image in images]
    return markdown([["image", *columns], *([image, *line] for image, line in zip(images, cells, strict=True))])


def recorded_markdown(results: Path) -> str:
    """Return the rows of tasks.csv, beside the best method of tasks_baselines.csv that needs no network; PSNR in dB."""
    best: dict[tuple, BaselineRow] = {}
    for row in sorted(read_rows(results / "tasks_baselines.csv", BaselineRow), key=lambda row: row.psnr):
        best[_picture(row)] = row
    lines = [["damage", "image", "preset", "steps", "given", "PSNR", "oracle", "in the holes", "without a network", "", "minutes"]]
    for found in final_rows(read_rows(results / "tasks.csv", TaskRow)):
        other = best.get(_picture(found))
        beside = [other.method, f"{other.psnr:.2f}"] if other else ["-", "-"]
        figures = [f"{value:.2f}" for value in (found.given_psnr, found.psnr, found.oracle_psnr)]
        holes = "-" if np.isnan(found.psnr_holes) else f"{found.psnr_holes:.2f}"
        named = [_damage(found), found.image, f"`{found.preset}`", str(found.steps)]
        lines.append([*named, *figures, holes, *beside, f"{found.seconds / 60:.0f}"])
    return markdown(lines)


def _picture(row: BaselineRow | TaskRow) -> tuple[str, str]:
    return _damage(row), row.image


def _damage(row: BaselineRow | TaskRow) -> str:
    return f"{row.task}-{row.amount:g}" + ("" if row.shrink == 1 else f", shrunk {row.shrink}")
