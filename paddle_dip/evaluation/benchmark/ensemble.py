"""One image restored by one fit, or by several whose canvases are averaged, each kept as soon as it is there."""

from collections.abc import Callable, Generator
from dataclasses import asdict, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.evaluation.benchmark.image_run import ImageRun, as_stored, restore_case
from paddle_dip.evaluation.benchmark.protocol import Fitted
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.results import ENSEMBLE, Schema
from paddle_dip.runs.checkpoint import forget_checkpoints, load_checkpoint, save_checkpoint
from paddle_dip.runs.groups import run_groups
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.restore import finish
from paddle_dip.runs.workers import Workers

Member = tuple[Any, np.ndarray, list]  # row, canvas, history


def restore_members(image_run: ImageRun, *, fit: Callable, interrupted: Interrupted) -> tuple[list, np.ndarray, list]:
    """Return the rows (of an ensemble also the combined image's, first), the image, [C, H, W], and the first fit's history."""
    problem = image_run.problem()
    for member in image_run.members:
        make_member(member, problem=problem, fit=fit, interrupted=interrupted)
    rows, canvases, histories = zip(*(_read(member.member, image_run.protocol.schema) for member in image_run.members), strict=True)
    image = finish(problem, image_run.preset, np.mean(canvases, axis=0))
    if len(rows) == 1:
        return list(rows), image, histories[0]
    steps, seconds = (sum(getattr(row, key) for row in rows) for key in ("steps", "seconds"))
    fitted = Fitted(as_stored(image), steps, seconds, list(chain.from_iterable(histories)))
    combined = image_run.case.row(image_run, fitted)
    worst = {key: max(getattr(row, key) for row in rows) for key in ("peak_memory_mb", "resumed_at_step")}
    return [replace(combined, seed=ENSEMBLE, **worst), *rows], image, histories[0]


def make_members(
    image_runs: list[ImageRun], workers: Workers, *, fit: Callable, interrupted: Interrupted
) -> Generator[ImageRun, None, None]:
    """Yield every image when its fits are made and kept, so that `restore_members` has only to put them together.

    See `run_groups`: those of the largest images are begun first.
    """
    by_name = {run.case.name: run for run in image_runs}
    to_make = [(name, [member for member in run.members if not member.is_made()]) for name, run in by_name.items()]
    for name in run_groups(to_make, workers, work=partial(make_member, fit=fit), interrupted=interrupted):
        yield by_name[name]


def make_member(member: ImageRun, *, fit: Callable, interrupted: Interrupted, problem: Problem | None = None) -> None:
    """Make one fit and keep its row, canvas and history, unless they are there. problem: the member's, where it is there."""
    if not member.member.exists():
        problem = problem or member.problem()
        row, canvas, history = restore_case(member, problem, fit=fit, interrupted=interrupted)
        save_checkpoint(member.member, {"canvas": canvas}, {"row": asdict(row), "history": [asdict(point) for point in history]})


def forget_members(image_run: ImageRun) -> None:
    """Remove what `restore_members` kept, when the image's result is on disk."""
    for member in image_run.members:
        forget_checkpoints(member.checkpoint)
        for path in (member.member, member.claim):
            path.unlink(missing_ok=True)


def _read(path: Path, schema: Schema) -> Member:
    arrays, notes = load_checkpoint(path)
    try:
        return schema.row(**notes["row"]), arrays["canvas"], [schema.point(**point) for point in notes["history"]]
    except (KeyError, TypeError):
        raise InputError(f"{path} was made with another version: delete it to make this member afresh") from None
