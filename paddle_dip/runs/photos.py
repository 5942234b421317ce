"""A person's own photo restored: whole where it fits into memory, in tiles where told to; its bits, profile and alpha are kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from paddle_dip.environment import free_memory
from paddle_dip.io.images import Photo
from paddle_dip.io.jpeg import JpegCoefficients
from paddle_dip.problem.budget import check_limit, check_memory, peak_bytes
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.network_input import check_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.problem.tiles import Tile, blended, tiling
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
    jpeg: JpegCoefficients | None = None  # what the photo's JPEG file holds, to keep a result of several tiles to

    def with_result(self, pixels: np.ndarray) -> Photo:
        """Return the photo with a result's pixels, [C, H, W] in [0, 1], and its alpha as large as these."""
        return replace(self.photo, pixels=pixels, alpha=_enlarged(self.photo.alpha, self.factor))


def plan(job: PhotoJob, max_memory: int | None) -> PhotoJob:
    """Return the job with the tiles to cut the photo into: one where it fits into `max_memory` bytes, or into what is free.

    Raises InputError for a photo that can't be restored so, or doesn't fit into what is free where no `max_memory` is given.
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
    """Return the job; raises InputError where a tile can't be restored, or not with its stopper."""
    job = replace(job, problem=_last_kept(job.problem))
    for tile in job.tiles:
        problem = job.problem(tile)
        check_input(problem, job.preset)
        build_stopper(problem, job.preset, job.seed)
    return job


def _last_kept(build: Callable[[Tile], Problem]) -> Callable[[Tile], Problem]:
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


def restore_photo(
    job: PhotoJob,
    *,
    fit: Callable[..., Iterator],
    watch: Callable = lambda problem, snapshot: None,
) -> Photo:
    """Return the photo restored, in the job's tiles, or else in those of `plan`; alpha, which has no prior, is enlarged by Lanczos.

    watch: called with the problem and each snapshot of a photo that is in one piece. Raises what `plan` does, and FitError.
    """
    job = job if job.tiles else plan(job, None)
    parts = (_restored(job, number, fit, watch) for number in range(len(job.tiles)))
    pixels = blended(job.tiles, parts, job.factor)
    if job.jpeg is not None and len(job.tiles) > 1:  # one in one piece has been kept to it
        pixels = projected(pixels, job.jpeg)
    return job.with_result(pixels)


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

    def look(snapshot) -> None:
        if not several:
            watch(problem, snapshot)

    return restore(
        problem,
        job.preset,
        fit=fit,
        seed=job.seed,
        watch=look,
        dtype=job.dtype,
        title=f"{job.name}, tile {number + 1} of {len(job.tiles)}" if several else job.name,
        progress=track,
    )
