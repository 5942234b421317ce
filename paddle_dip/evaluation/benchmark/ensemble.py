"""One image restored by one fit, or by several whose canvases are averaged, each kept as soon as it is there."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.evaluation.benchmark.image_run import ImageRun, restore_case, score
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.report.results import ENSEMBLE, HistoryPoint, ResultRow
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.runs.restore import finish, member_seeds

Member = tuple[ResultRow, np.ndarray, list[HistoryPoint]]


def restore_members(
    job: ImageRun, *, fit: Callable, interrupted: Callable[[], bool]
) -> tuple[list[ResultRow], np.ndarray, list[HistoryPoint]]:
    """Return the rows (of an ensemble also the combined image's, first), the image, [3, H, W], and the first fit's history."""
    members = list(_members(job, fit, interrupted))
    rows, canvases, histories = zip(*members, strict=True)
    problem = super_resolution(job.case.low, job.factor, job.preset)
    image = finish(problem, job.preset, np.mean(canvases, axis=0))
    if len(rows) == 1:
        return list(rows), image, histories[0]
    combined = score(job, image, sum(row.steps for row in rows), sum(row.seconds for row in rows))
    worst = {key: max(getattr(row, key) for row in rows) for key in ("peak_memory_mb", "resumed_at_step")}
    return [replace(combined, seed=ENSEMBLE, **worst), *rows], image, histories[0]


def forget_members(job: ImageRun) -> None:
    """Remove what `restore_members` kept, when the image's result is on disk."""
    for seed in member_seeds(job.preset, job.seed):
        for path in (replace(job, seed=seed).member, replace(job, seed=seed).checkpoint):
            path.unlink(missing_ok=True)


def make_member(job: ImageRun, fit: Callable, interrupted: Callable[[], bool]) -> None:
    """Make the fit of the job's own seed and keep its row, canvas and history, unless they are there."""
    if not job.member.exists():
        row, canvas, history = restore_case(job, fit=fit, interrupted=interrupted)
        save_checkpoint(job.member, {"canvas": canvas}, {"row": asdict(row), "history": [asdict(point) for point in history]})


def _members(job: ImageRun, fit: Callable, interrupted: Callable[[], bool]) -> Iterator[Member]:
    for seed in member_seeds(job.preset, job.seed):
        member = replace(job, seed=seed)
        make_member(member, fit, interrupted)
        yield _read(member.member)


def _read(path: Path) -> Member:
    arrays, notes = load_checkpoint(path)
    try:
        return ResultRow(**notes["row"]), arrays["canvas"], [HistoryPoint(**point) for point in notes["history"]]
    except (KeyError, TypeError):
        raise InputError(f"{path} was made with another version: delete it to make this member afresh") from None
