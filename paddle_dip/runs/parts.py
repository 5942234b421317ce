"""The parts of a photo: one fit of one tile with one seed is a unit of work; a tile's fits make what becomes of the tile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from paddle_dip.io.images import Photo
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.tasks import Problem, canvas_size
from paddle_dip.runs.checkpoint import forget_checkpoints
from paddle_dip.runs.course import Work
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.photos import PhotoJob, plan, put_together
from paddle_dip.runs.progress import track
from paddle_dip.runs.restore import finish, member_seeds
from paddle_dip.runs.work_unit import Unit, run_unit


class Kept(Protocol):
    """Arrays by name, in memory (a dict) or on disk."""

    def __contains__(self, name: str) -> bool: ...
    def __getitem__(self, name: str) -> np.ndarray: ...
    def __setitem__(self, name: str, value: np.ndarray) -> None: ...


def title(name: str, number: int, tiles: int, seed: int, seeds: range) -> str:
    """Return what to call one fit of one tile of a photo of this name."""
    tile = f", tile {number + 1} of {tiles}" if tiles > 1 else ""
    member = f", fit {seeds.index(seed) + 1} of {len(seeds)}" if len(seeds) > 1 else ""
    return f"{name}{tile}{member}"


def part_name(number: int) -> str:
    """Return under which name what becomes of a tile is kept, [C, factor * h, factor * w]."""
    return f"tile_{number}"


def fit_name(number: int, seed: int) -> str:
    """Return under which name what one fit of a tile ended on is kept, its canvas."""
    return f"tile_{number}_seed_{seed}"


def fit_work(job: PhotoJob) -> Work:
    """Return how much work each fit of a planned job is, of any tile: they are of one size; a step's cost is its arithmetic."""
    height, width = ((side.stop - side.start) * job.factor for side in job.tiles[0])
    canvas = canvas_size((height, width), job.preset)
    return Work(job.preset.steps, step_flops(job.preset.network, *canvas, channels=len(job.photo.pixels)))


def all_work(job: PhotoJob) -> float:
    """Return the arithmetic of all fits of a job that has been cut into tiles."""
    return len(job.tiles) * job.preset.members * fit_work(job).whole


def make_part(
    job: PhotoJob,
    number: int,
    seed: int,
    kept: Kept,
    *,
    fit: Callable[..., Iterator],
    watch: Callable = lambda problem, snapshot: None,
    interrupted: Interrupted = lambda: 0,
    progress: Callable = track,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 10.0,
) -> None:
    """Make one fit of one tile and keep its canvas; with the last fit of the tile also what becomes of the tile.

    What is kept already isn't made again. A tile without a hole is as it was. watch: called with the problem and each snapshot.
    checkpoint: where the fit's state goes meanwhile. Raises what `run_unit` does.
    """
    if part_name(number) in kept:
        return
    problem = job.problem(job.tiles[number])
    if problem.known is not None and problem.known.min() == 1:
        kept[part_name(number)] = problem.observation
        return
    name = fit_name(number, seed)
    if name not in kept:
        words = title(job.name, number, len(job.tiles), seed, member_seeds(job.preset, job.seed))
        unit = Unit(words, problem, job.preset, seed, job.dtype, checkpoint, checkpoint_seconds)
        observers = (lambda snapshot: watch(problem, snapshot),)
        kept[name] = run_unit(unit, fit=fit, interrupted=interrupted, observers=observers, progress=progress).canvas
    if checkpoint:
        forget_checkpoints(checkpoint)
    _finish_tile(job, number, problem, kept)


def restore_photo(
    job: PhotoJob, *, fit: Callable[..., Iterator], watch: Callable = lambda problem, snapshot: None, progress: Callable = track
) -> Photo:
    """Return the photo restored in memory, in the job's tiles, or else in those of `plan`.

    watch: called with the problem and each snapshot. Raises what `plan` does, and FitError.
    """
    job = job if job.tiles else plan(job, None)
    return put_together(job, _parts(job, fit, watch, progress))


def _parts(job: PhotoJob, fit: Callable, watch: Callable, progress: Callable) -> Iterator[np.ndarray]:
    for number in range(len(job.tiles)):
        kept: dict[str, np.ndarray] = {}
        for seed in member_seeds(job.preset, job.seed):
            make_part(job, number, seed, kept, fit=fit, watch=watch, progress=progress)
        yield kept[part_name(number)]


def _finish_tile(job: PhotoJob, number: int, problem: Problem, kept: Kept) -> None:
    """Keep what becomes of a tile when all its fits are there. Of two processes that see them so, both write the same bits."""
    names = [fit_name(number, seed) for seed in member_seeds(job.preset, job.seed)]
    if all(name in kept for name in names):
        kept[part_name(number)] = finish(problem, job.preset, np.mean([kept[name] for name in names], axis=0))
