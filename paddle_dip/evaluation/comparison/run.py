"""Every method on every photo: rows, pictures, and the files they end in."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

import numpy as np

from paddle_dip.evaluation.comparison.cases import ComparisonCase
from paddle_dip.evaluation.comparison.methods import Method
from paddle_dip.io.files import write_json, write_rows, write_text
from paddle_dip.report.comparison import comparison_page
from paddle_dip.trained.problem.pairs import pair_name
from paddle_dip.trained.problem.scores import scores


@dataclass(frozen=True)
class ComparisonRow:
    """One photo through one method. psnr: dB, all channels of the whole picture; ssim: luma; seconds: of one call."""

    photo: str
    method: str
    psnr: float
    ssim: float
    seconds: float


COLUMNS = ("photo", "method", "psnr", "ssim", "seconds")


def compare(
    cases: list[ComparisonCase], methods: dict[str, Method], announce: Callable[[ComparisonRow], None] = lambda row: None
) -> tuple[list[ComparisonRow], dict[str, dict[str, np.ndarray]]]:
    """Return a row for each photo and method, and by photo the pictures by their captions: damaged, results, truth."""
    rows, pictures = [], {}
    for case in cases:
        shown = {"damaged": case.damaged}
        for name, method in methods.items():
            begun = time.perf_counter()
            result = method(case)
            seconds = time.perf_counter() - begun
            rows.append(ComparisonRow(case.name, name, **scores(result, case.truth), seconds=seconds))
            announce(rows[-1])
            if result is not case.damaged:
                shown[name] = result
        pictures[case.name] = shown | {"truth": case.truth}
    return rows, pictures


def mean_rows(rows: list[ComparisonRow]) -> list[ComparisonRow]:
    """Return each method's means over the photos."""
    names = dict.fromkeys(row.method for row in rows)
    each = {name: [row for row in rows if row.method == name] for name in names}
    figures = ("psnr", "ssim", "seconds")
    return [
        ComparisonRow("mean", name, *(float(np.mean([getattr(row, f) for row in found])) for f in figures))
        for name, found in each.items()
    ]


def learnt_from(checkpoint: Path, names: list[str]) -> list[str] | None:
    """Return which photos, by their paths in their folder, a network has learnt from, itself or in pairs; None: nobody knows.

    checkpoint: a run's folder, or a file in its folder of checkpoints.
    """
    split = (checkpoint if checkpoint.is_dir() else checkpoint.parent.parent) / "split.json"
    if not split.exists():
        return None
    known = set(json.loads(split.read_text(encoding="utf-8")).get("train", ()))
    return [name for name in names if known & {name, pair_name(PurePath(name))}]


def write_comparison(out: Path, rows: list[ComparisonRow], pictures: dict, facts: dict) -> Path:
    """Write results.csv, summary.json and index.html into a folder; return the page's path.

    facts: "settings", "notes" in sentences, and with what it was made.
    """
    means = mean_rows(rows)
    write_rows(out / "results.csv", ComparisonRow, rows)
    summary = facts | {"means": [asdict(row) for row in means]}
    write_json(out / "summary.json", summary)
    lines = [[row.photo, row.method, f"{row.psnr:.2f}", f"{row.ssim:.4f}", f"{row.seconds:.2f}"] for row in (*means, *rows)]
    title = f"Methods compared: {facts['settings']['task']}"
    write_text(out / "index.html", comparison_page(title, facts["notes"], (list(COLUMNS), lines), pictures, summary))
    return out / "index.html"
