"""The schema of a benchmark's results, once: a row an image, and a summary of the rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.io import files
from paddle_dip.problem.metrics import METRIC


@dataclass(frozen=True)
class Schema:
    """What the files of one kind of benchmark hold.

    row: a dataclass with image, preset, seed (a number, or ENSEMBLE), steps, seconds, peak_memory_mb and resumed_at_step; point:
    one with step. floor: the key of the summary that has, by image, the PSNR in dB of what needs no fit. alike: keys of the summary
    that are equal in runs that go together. summarise: from all rows, the floor by image, the preset's settings and what they were
    made with, to the summary. curves: what is drawn over the steps: label and field of `point`; metric: in words, what is drawn.
    """

    row: type
    point: type
    floor: str
    alike: tuple[str, ...]
    summarise: Callable[[list, dict[str, float], dict, dict], dict]
    curves: Mapping[str, str] = field(hash=False)
    metric: str = "PSNR, dB"


@dataclass(frozen=True)
class ResultRow:
    """One restored image. PSNRs in dB; see paddle_dip.problem.metrics for the region and the channels they are taken on."""

    image: str
    preset: str
    factor: int
    seed: str  # a number, or ENSEMBLE for the image that the fits of several seeds amount to
    steps: int
    tflop: float  # arithmetic of those steps, 1e12 operations: see paddle_dip.problem.arithmetic
    psnr_y: float
    psnr_rgb: float
    ssim_y: float
    bicubic_psnr_y: float
    seconds: float  # wall time of this image's fits and their reporting, over all sessions
    seconds_per_step: float
    peak_memory_mb: float  # largest resident size of the process so far
    resumed_at_step: int  # step of the last take-up, of an ensemble the latest; 0 for a run that wasn't interrupted


ENSEMBLE = "ensemble"
COLUMNS = tuple(field.name for field in fields(ResultRow))


@dataclass(frozen=True)
class HistoryPoint:
    """The fit of an image after `step` steps. psnr_y: of the result if it ended here; psnr_y_iterate: of the step's own output."""

    step: int
    loss: float
    psnr_y: float
    psnr_y_iterate: float


def write_rows(path: Path, rows: list, kind: type = ResultRow) -> None:
    """Write results.csv, whole or not at all; kind: the rows' class."""
    files.write_rows(path, kind, rows)


def read_rows(path: Path, kind: type = ResultRow) -> list[Any]:
    """Return the rows of a results.csv, none where there is no file; raises ValueError where it has other columns."""
    return files.read_rows(path, kind) if Path(path).exists() else []


def final_rows(rows: list) -> list[Any]:
    """Return the rows of the images themselves: of an ensemble's the combined image's, without its members'."""
    combined = {_restored(row) for row in rows if row.seed == ENSEMBLE}
    return [row for row in rows if row.seed == ENSEMBLE or _restored(row) not in combined]


def _restored(row: Any) -> tuple:
    """Return what was restored and how, of a table that may hold several presets and damages of one image."""
    return tuple(getattr(row, name, None) for name in ("image", "preset", "task", "amount", "shrink", "factor"))


def write_history(path: Path, points: list, kind: type = HistoryPoint) -> None:
    """Write the history of one fit as CSV; kind: the points' class."""
    files.write_rows(path, kind, points)


def read_history(path: Path, kind: type = HistoryPoint) -> list[Any]:
    """Return the history written by `write_history`; raises ValueError where the file holds something else."""
    return files.read_rows(path, kind)


def summarise(all_rows: list[ResultRow], bicubic_bp: dict[str, float], preset: dict, made_with: dict) -> dict:
    """Return the JSON-ready summary of finished images, their members' rows among them or not.

    bicubic_bp: PSNR of bicubic + back-projection by image name.
    """
    rows = final_rows(all_rows)
    return {
        "images": len(rows),
        "image_names": [row.image for row in rows],
        "factor": rows[0].factor,
        "seeds": seeds(all_rows),
        "mean_psnr_y": _mean(row.psnr_y for row in rows),
        "mean_psnr_rgb": _mean(row.psnr_rgb for row in rows),
        "mean_ssim_y": _mean(row.ssim_y for row in rows),
        "mean_bicubic_psnr_y": _mean(row.bicubic_psnr_y for row in rows),
        "mean_bicubic_bp_psnr_y": _mean(bicubic_bp[row.image] for row in rows),
        "bicubic_bp_psnr_y": {row.image: bicubic_bp[row.image] for row in rows},
        "tflop": sum(row.tflop for row in rows),
        "seconds": sum(row.seconds for row in rows),
        "metric": METRIC,
        "preset": preset,
        **made_with,
    }


def seeds(rows: list) -> list[int]:
    """Return the seeds of the fits that were made."""
    return sorted({int(row.seed) for row in rows if row.seed != ENSEMBLE})


def _mean(values) -> float:
    return float(np.mean(list(values)))


SUPER_RESOLUTION = Schema(
    ResultRow,
    HistoryPoint,
    floor="bicubic_bp_psnr_y",
    alike=("factor",),
    summarise=summarise,
    curves={"iterate": "psnr_y_iterate", "result": "psnr_y"},
    metric="PSNR Y, dB",
)
