"""A person's own photo: whole where it fits into memory, in tiles where told to; its bits, profile and alpha are kept."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from PIL import Image

from paddle_dip.environment import free_memory
from paddle_dip.errors import InputError
from paddle_dip.io.images import Photo
from paddle_dip.problem.budget import PROCESS_BYTES, check_limit, check_memory, peak_bytes
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.network_input import check_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.refinement import consistent_with
from paddle_dip.problem.stopping import build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.problem.tiles import Tile, blended, tiling
from paddle_dip.runs.workers import most_at_a_time

_WIDE_TILE = 64  # pixels a side: idle cores are no reason to cut a photo into less, which shows a network little


@dataclass(frozen=True)
class PhotoJob:
    """A photo to restore. problem: from (rows, columns) of the photo to the problem of restoring that part; see `plan`.

    inputs: what the task was given beside the photo, as of `task_job`.
    """

    name: str
    photo: Photo
    problem: Callable[[Tile], Problem]
    preset: Preset
    factor: int = 1  # how many times larger the result's sides are
    tiles: tuple[Tile, ...] = ()
    seed: int = 0
    dtype: str = "float32"
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def with_result(self, pixels: np.ndarray) -> Photo:
        """Return the photo with a result's pixels, [C, H, W] in [0, 1], and its alpha as large as these."""
        return replace(self.photo, pixels=pixels, alpha=_enlarged(self.photo.alpha, self.factor))


def plan(job: PhotoJob, max_memory: int | None, *, at_a_time: int = 1, others: int = 0) -> PhotoJob:
    """Return the job cut into tiles as `cut` does; raises InputError for what can't be restored so, too."""
    return _checked(cut(job, max_memory, at_a_time=at_a_time, others=others))


def cut(job: PhotoJob, max_memory: int | None, *, at_a_time: int = 1, others: int = 0, kept_free: int = 0) -> PhotoJob:
    """Return the job with the tiles to cut the photo into: one where it fits into `max_memory` bytes, or into what is free.

    at_a_time: fits that are made side by side, which share the memory; others: fits of other photos that there are; kept_free:
    bytes of what is free that are for something else. Raises InputError for a photo that can't be restored so, or doesn't fit into
    what is free where no `max_memory` is given.
    """
    height, width = job.photo.pixels.shape[1:]
    in_one_piece = min(at_a_time, job.preset.members + others)
    if max_memory is None:
        free = free_memory()
        check_memory(job.photo, job.factor, job.preset, free if free is None else max(free - kept_free, 0), in_one_piece)
        return replace(job, tiles=((slice(0, height), slice(0, width)),))

    def fits(rows: int, columns: int) -> bool:
        side_by_side = in_one_piece if (rows, columns) == (height, width) else at_a_time
        return peak_bytes(job.photo, job.factor, job.preset, (rows, columns), side_by_side) <= max_memory

    if not fits(height, width):
        check_limit(job.photo, job.factor, job.preset, max_memory, at_a_time)
    return replace(job, tiles=tuple(tiling(height, width, fits)))


def fits_at_a_time(job: PhotoJob, max_memory: int | None, *, others: int = 0) -> int:
    """Return how many of a job's fits to make side by side where nobody says: one a core, as far as memory goes; see `cut`.

    No more than leave a photo whole that one fit at a time does.
    """
    height, width = job.photo.pixels.shape[1:]

    def cut_for(at_a_time: int) -> tuple[Tile, ...]:
        processes = min(at_a_time, job.preset.members + others) * PROCESS_BYTES
        return cut(job, max_memory, at_a_time=at_a_time, others=others, kept_free=processes).tiles

    def are_too_many(at_a_time: int) -> bool:
        try:
            (rows, columns), *more = cut_for(at_a_time)
            if more and len(cut_for(1)) == 1:
                return True
        except InputError:
            return True
        return any(part.stop - part.start < min(side, _WIDE_TILE) for part, side in ((rows, height), (columns, width)))

    return 1 + bisect_left(range(2, most_at_a_time() + 1), True, key=are_too_many)


def _checked(job: PhotoJob) -> PhotoJob:
    """Return the job; raises InputError where a tile can't be restored, or not with its stopper."""
    job = replace(job, problem=last_kept(job.problem))
    for tile in job.tiles:
        problem = job.problem(tile)
        check_input(problem, job.preset)
        build_stopper(problem, job.preset)
    return job


def last_kept(build: Callable[[Tile], Problem]) -> Callable[[Tile], Problem]:
    """Return `build`, which keeps what it built last: a photo in one piece is built once, of several tiles one is held at a time.

    A problem's matrices take several times the memory of its tile.
    """
    kept: dict[str, Problem] = {}

    def problem(tile: Tile) -> Problem:
        if str(tile) not in kept:
            kept.clear()
            kept[str(tile)] = build(tile)
        return kept[str(tile)]

    return problem


def put_together(job: PhotoJob, parts: Iterable[np.ndarray]) -> Photo:
    """Return the photo restored, from what became of its tiles; alpha, which has no prior, is enlarged by Lanczos."""
    pixels = blended(job.tiles, parts, job.factor)
    if len(job.tiles) > 1:
        pixels = consistent_with(job.photo.pixels, pixels, job.factor, job.preset)
    jpeg = job.inputs.get("jpeg")
    if jpeg is not None and len(job.tiles) > 1:  # a photo in one piece has been kept to its file
        pixels = projected(pixels, jpeg)
    return job.with_result(pixels)


def _enlarged(alpha: np.ndarray | None, factor: int) -> np.ndarray | None:
    if alpha is None or factor == 1:
        return alpha
    height, width = alpha.shape
    # Pillow's own: `pillow_resize` holds whole matrices, which for a large photo are larger than the result.
    large = Image.fromarray(alpha).resize((width * factor, height * factor), Image.Resampling.LANCZOS)
    return np.asarray(large).clip(0, 1)
