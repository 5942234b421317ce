"""A person's own photo restored: whole where it fits into memory, in tiles where told to; its bits, profile and alpha are kept."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from PIL import Image

from paddle_dip.environment import free_memory
from paddle_dip.io.images import Photo
from paddle_dip.problem.budget import check_limit, check_memory, peak_bytes
from paddle_dip.problem.network_input import check_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.problem.tiles import Tile, blended, tiling
from paddle_dip.runs.divergence import guarded
from paddle_dip.runs.progress import track
from paddle_dip.runs.restore import restore


@dataclass(frozen=True)
class PhotoJob:
    """A photo to restore. problem: from (rows, columns) of the photo to the problem of restoring that part; see `plan`."""

    name: str
    photo: Photo
    problem: Callable[[Tile], Problem]
    preset: Preset
    factor: int = 1  # how many times larger the result's sides are
    tiles: tuple[Tile, ...] = ()
    seed: int = 0
    dtype: str = "float32"

    def with_result(self, pixels: np.ndarray) -> Photo:
        """Return the photo with a result's pixels, [C, H, W] in [0, 1], and its alpha as large as these."""
        return replace(self.photo, pixels=pixels, alpha=_enlarged(self.photo.alpha, self.factor))


def plan(job: PhotoJob, max_memory: int | None) -> PhotoJob:
    """Return the job with the tiles to cut the photo into: one where it fits into `max_memory` bytes, or into what is free.

    Raises ValueError for a photo that can't be restored so, or doesn't fit into what is free where no `max_memory` is given.
    """
    height, width = job.photo.pixels.shape[1:]
    if max_memory is None:
        check_memory(job.photo, job.factor, job.preset, free_memory())
        return _checked(replace(job, tiles=((slice(0, height), slice(0, width)),)))
    check_limit(job.photo, job.factor, job.preset, max_memory)

    def fits(rows: int, columns: int) -> bool:
        return peak_bytes(job.photo, job.factor, job.preset, (rows, columns)) <= max_memory

    return _checked(replace(job, tiles=tuple(tiling(height, width, fits))))


def _checked(job: PhotoJob) -> PhotoJob:
    """Return the job; raises ValueError where one of its tiles can't be restored, or not with its stopper."""
    for tile in job.tiles:
        problem = job.problem(tile)
        check_input(problem, job.preset)
        build_stopper(problem, job.preset, job.seed)
    return job


def restore_photo(job: PhotoJob, *, fit: Callable[..., Iterator], watch: Callable = lambda problem, snapshot: None) -> Photo:
    """Return the photo restored; alpha, which has no prior, is enlarged by Lanczos.

    watch: called with the problem and each snapshot of a photo that is in one piece.
    """
    pixels = blended(job.tiles, (_restored(job, number, fit, watch) for number in range(len(job.tiles))), job.factor)
    return replace(job.photo, pixels=pixels, alpha=_enlarged(job.photo.alpha, job.factor))


def _enlarged(alpha: np.ndarray | None, factor: int) -> np.ndarray | None:
    if alpha is None or factor == 1:
        return alpha
    height, width = alpha.shape
    # Pillow's own: `pillow_resize` holds whole matrices, which for a large photo are larger than the result.
    large = Image.fromarray(alpha).resize((width * factor, height * factor), Image.Resampling.LANCZOS)
    return np.asarray(large).clip(0, 1)


def _restored(job: PhotoJob, number: int, fit: Callable[..., Iterator], watch: Callable) -> np.ndarray:
    """Return what becomes of one tile, [C, h, w]; one without a hole is as it was."""
    problem = job.problem(job.tiles[number])
    if problem.known is not None and problem.known.min() == 1:
        return problem.observation
    several = len(job.tiles) > 1
    title = f"{job.name}, tile {number + 1} of {len(job.tiles)}" if several else job.name
    safe = partial(guarded, fit, dtype=job.dtype, say=lambda words: print(f"{title}: {words}", file=sys.stderr))
    with track(title, job.preset.steps) as show:

        def look(snapshot) -> None:
            show(snapshot)
            if not several:
                watch(problem, snapshot)

        return restore(problem, job.preset, fit=safe, seed=job.seed, watch=look)
