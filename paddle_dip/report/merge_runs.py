"""One result of several sessions: runs of the same settings on different images, perhaps on different machines."""

import math
from collections.abc import Collection
from pathlib import Path

from paddle_dip.errors import InputError
from paddle_dip.io.files import read_json
from paddle_dip.problem.presets import completed
from paddle_dip.report.results import SUPER_RESOLUTION, Schema, read_rows, seeds

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
    "noise_drawn_by",
)
_SHOWN = ("paddle", "device", "threads", "at_a_time", "operators", "commit")  # of those, what is told of all sessions at once

Part = tuple[list, dict]  # rows of a schema's kind, and their summary


def read_part(path: Path, schema: Schema = SUPER_RESOLUTION) -> Part:
    """Return the rows and summary of a run's folder, or of a recorded result's CSV; raises InputError where there is none."""
    table, summary = (path / "results.csv", path / "summary.json") if path.is_dir() else (path, path.with_suffix(".json"))
    if not (table.exists() and summary.exists()):
        raise InputError(f"{path} holds no finished image: there is no {table.name} with {summary.name} beside it")
    rows, told = read_rows(table, schema.row), read_summary(summary, schema)
    untold = sorted({row.image for row in rows} - set(told["image_names"]))
    if untold:
        raise InputError(f"{summary} says nothing of {', '.join(untold)}: go on with that run, with --resume, to renew it")
    return rows, told


def read_summary(path: Path, schema: Schema = SUPER_RESOLUTION) -> dict:
    """Return a summary; raises InputError where it can't be read."""
    try:
        summary = read_json(path)
        figures = {name: math.inf if v is None else v for name, v in summary[schema.floor].items()}  # JSON has no infinity
        _sessions(summary), summary["preset"]["network"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path} can't be read: it is damaged, or something else than a benchmark's summary") from None
    return summary | {schema.floor: figures}


def joined(parts: list[Part], schema: Schema = SUPER_RESOLUTION) -> Part:
    """Return the rows of all parts by image name, of an image in several the last part's, and the summary of them.

    The summary's "sittings", a key older than the word session, say what each part was made with. Raises InputError where settings,
    seeds or what the schema wants alike differ.
    """
    for part in parts[1:]:
        _check_equal(parts[0], part, schema)
    rows = {row.image: [r for r in part if r.image == row.image] for part, _ in parts for row in part}
    ordered = [row for image in sorted(rows) for row in rows[image]]
    floor = {name: value for _, summary in parts for name, value in summary[schema.floor].items()}
    sessions = _still_there([session for _, summary in parts for session in _sessions(summary)], rows.keys())
    shown = {name: _told_once([session[name] for session in sessions]) for name in _SHOWN}
    newest = parts[-1][1]["preset"]
    return ordered, schema.summarise(ordered, floor, newest, shown | {"sittings": sessions})


def _sessions(summary: dict) -> list[dict]:
    sessions = summary.get("sittings") or [{"image_names": summary["image_names"], **_made_with(summary)}]
    return [session | _made_with(session) for session in sessions]


def _made_with(told: dict) -> dict:
    # Results from before fits ran side by side, or noise could be drawn in another way, don't say.
    before = {"at_a_time": 1, "noise_drawn_by": "numpy"}
    return {name: (before | told)[name] for name in _MADE_WITH}


def _told_once(values: list):
    different = list(dict.fromkeys(values))
    return different[0] if len(different) == 1 else "; ".join(map(str, different))


def _still_there(sessions: list[dict], images: Collection[str]) -> list[dict]:
    """Return the sessions with those of `images` that no later one did again, without the sessions that have none left."""
    kept, done = [], set()
    for session in reversed(sessions):
        names = [name for name in session["image_names"] if name in images and name not in done]
        done |= set(names)
        kept += [session | {"image_names": names}] if names else []
    return kept[::-1]


def _check_equal(a: Part, b: Part, schema: Schema) -> None:
    """Raise ValueError where two parts are of other settings."""
    first, second = _settings(*a, schema), _settings(*b, schema)
    for name in sorted({*first, *second}):
        if str(first.get(name)) != str(second.get(name)):
            raise InputError(f"the runs don't go together: {name} is {first.get(name)} in one, {second.get(name)} in another")


def _settings(rows: list, summary: dict, schema: Schema) -> dict:
    """Return what a part's runs were set to, one by one."""
    preset = completed(summary["preset"])
    network = preset.pop("network")
    alike = {key: summary[key] for key in schema.alike}
    return {**alike, "seeds": seeds(rows), **preset, **{f"network.{n}": v for n, v in network.items()}}
