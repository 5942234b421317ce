"""One result of several sittings: runs of the same settings on different images, perhaps on different machines."""

import json
from pathlib import Path

from paddle_dip.problem.presets import completed
from paddle_dip.report.results import Row, final_rows, read_rows, summarise

_MADE_WITH = (
    "data",
    "paddle_dip",
    "commit",
    "python",
    "packages",
    "device",
    "paddle",
    "place",
    "threads",
    "at_a_time",
    "operators",
)
_SHOWN = ("paddle", "device", "threads", "at_a_time", "operators", "commit")  # of those, what is told of all sittings at once

Part = tuple[list[Row], dict]


def read_part(path: Path) -> Part:
    """Return the rows and summary of a run's folder, or of a recorded result's CSV; raises ValueError where there is none."""
    table, summary = (path / "results.csv", path / "summary.json") if path.is_dir() else (path, path.with_suffix(".json"))
    if not (table.exists() and summary.exists()):
        raise ValueError(f"{path} holds no finished image: there is no {table.name} with {summary.name} beside it")
    return read_rows(table), json.loads(summary.read_text())


def joined(parts: list[Part]) -> Part:
    """Return the rows of all parts by image name, of an image in several the last part's, and the summary of them.

    The summary's "sittings" say what each part was made with. Raises ValueError where settings, factor or seed differ.
    """
    first = parts[0][1]
    for _, summary in parts[1:]:
        _check_equal(first, summary)
    rows = {row.image: [r for r in part if r.image == row.image] for part, _ in parts for row in part}
    ordered = [row for image in sorted(rows) for row in rows[image]]
    bicubic_bp = {name: value for _, summary in parts for name, value in summary["bicubic_bp_psnr_y"].items()}
    sittings = _still_there([sitting for _, summary in parts for sitting in _sittings(summary)])
    shown = {name: _told_once([sitting[name] for sitting in sittings]) for name in _SHOWN}
    newest = parts[-1][1]["preset"]
    return ordered, summarise(final_rows(ordered), bicubic_bp, newest, shown | {"sittings": sittings})


def _sittings(summary: dict) -> list[dict]:
    before = {"at_a_time": 1}  # results from before fits ran side by side don't say
    if "sittings" in summary:
        return [before | sitting for sitting in summary["sittings"]]
    return [{"image_names": summary["image_names"], **{name: (before | summary)[name] for name in _MADE_WITH}}]


def _told_once(values: list):
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else "; ".join(map(str, different))


def _still_there(sittings: list[dict]) -> list[dict]:
    """Return the sittings with the images that no later one did again, without those that have none left."""
    kept, done = [], set()
    for sitting in reversed(sittings):
        names = [name for name in sitting["image_names"] if name not in done]
        done |= set(names)
        kept += [sitting | {"image_names": names}] if names else []
    return kept[::-1]


def _check_equal(a: dict, b: dict) -> None:
    """Raise ValueError where two summaries are of other settings."""
    first, second = _settings(a), _settings(b)
    for name in sorted({*first, *second}):
        if str(first.get(name)) != str(second.get(name)):
            raise ValueError(f"the runs don't go together: {name} is {first.get(name)} in one, {second.get(name)} in another")


def _settings(summary: dict) -> dict:
    """Return what a summary's runs were set to, one by one."""
    preset = completed(summary["preset"])
    network = preset.pop("network")
    return {"factor": summary["factor"], "seed": summary["seed"], **preset, **{f"network.{n}": v for n, v in network.items()}}
