"""A benchmark's run as it is recorded in results/, and what it has cost."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from paddle_dip.report.merge_runs import read_part
from paddle_dip.report.results import ResultRow, final_rows

_DATA_SETS = {"set14": "Set14", "set5": "Set5", "embedded": "scikit-image's photos"}  # by the name of the result files


@dataclass(frozen=True)
class RecordedRun:
    """A recorded benchmark: its data set, the heading of its column (its file's name from the preset on), its rows by image."""

    data_set: str
    name: str
    rows: dict[str, ResultRow]
    summary: dict


def read_run(path: Path) -> RecordedRun:
    """Return the run of a file DATASET_xFACTOR_PRESET.csv with its JSON beside it; raises InputError where it can't be read."""
    data_set, _, name = path.stem.split("_", 2)
    rows, summary = read_part(path)
    return RecordedRun(_DATA_SETS.get(data_set, data_set), name, {row.image: row for row in final_rows(rows)}, summary)


def minutes_spent(run: RecordedRun) -> dict[str, float]:
    """Return the minutes of work by what did it: "core-minutes" of CPUs, "GPU-minutes"."""
    spent: dict[str, float] = defaultdict(float)
    for session in run.summary["sittings"]:
        seconds = sum(run.rows[name].seconds for name in session["image_names"])
        on_gpu = session["device"].startswith("gpu")
        spent["GPU-minutes" if on_gpu else "core-minutes"] += seconds / 60 * (1 if on_gpu else session["threads"])
    return dict(spent)
