"""Photos from files restored into files: every part of every photo is a unit of work that is kept on disk and can be resumed."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from paddle_dip.io.files import remove_half_written
from paddle_dip.io.images import Photo
from paddle_dip.problem.tiles import Tile
from paddle_dip.runs import work_folder
from paddle_dip.runs.course import Course, News, Work
from paddle_dip.runs.course_line import course_shown
from paddle_dip.runs.groups import run_groups
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.parts import fit_name, fit_work, make_part, part_name, title
from paddle_dip.runs.photos import PhotoJob, last_kept, put_together
from paddle_dip.runs.progress import telling
from paddle_dip.runs.restore import member_seeds
from paddle_dip.runs.workers import Workers, settled


@dataclass(frozen=True, eq=False)
class PhotoOrder:
    """What to restore into which file. read: the photo's job, not planned; pickled, so that another process can read it again.

    tiles, seeds, made_of: of the planned job: its tiles, the seeds of each tile's fits, its `identity`; work: of each fit.
    Orders are told apart by their results' names.
    """

    path: Path
    out: Path
    read: Callable[[], PhotoJob]
    tiles: tuple[Tile, ...]
    seeds: range
    work: Work
    made_of: dict = field(repr=False)

    @classmethod
    def of(cls, path: Path, out: Path, read: Callable[[], PhotoJob], planned: PhotoJob) -> "PhotoOrder":
        """Return the order of a job that has been read and planned; the job itself, with its pixels, isn't held."""
        seeds = member_seeds(planned.preset, planned.seed)
        return cls(path, out, read, planned.tiles, seeds, fit_work(planned), work_folder.identity(planned))


@dataclass(frozen=True, eq=False)
class FilePart:
    """One fit of one tile of a photo. folder: what is kept of the photo."""

    order: PhotoOrder
    number: int
    seed: int
    folder: Path
    checkpoint_seconds: float

    @property
    def title(self) -> str:
        return title(self.order.path.name, self.number, len(self.order.tiles), self.seed, self.order.seeds)

    @property
    def size(self) -> int:
        """Pixels of the tile."""
        rows, columns = self.order.tiles[self.number]
        return (rows.stop - rows.start) * (columns.stop - columns.start)

    @property
    def checkpoint(self) -> Path:
        """Where the fit's state is kept while it goes on."""
        return work_folder.checkpoint_in(self.folder, fit_name(self.number, self.seed))

    @property
    def claim(self) -> Path:
        return self.checkpoint.with_suffix(".lock")

    def is_made(self) -> bool:
        """Return whether the fit is kept, and with the last one of its tile also what becomes of that, or the photo is written."""
        kept = work_folder.kept_in(self.folder)
        fits = {seed: fit_name(self.number, seed) in kept for seed in self.order.seeds}
        if part_name(self.number) in kept or (fits[self.seed] and not all(fits.values())):
            return True
        return work_folder.is_over(self.folder)  # asked last: it is noted before what is kept is removed


def restored(
    orders: Sequence[PhotoOrder],
    out: Path,
    *,
    fit: Callable,
    resume: bool,
    interrupted: Interrupted,
    workers: Workers = Workers(),
    shared: bool = False,
    checkpoint_seconds: float = 10.0,
    watch: Callable = lambda problem, snapshot: None,
    passed_over: Callable[[PhotoOrder], None] = lambda order: None,
    first_words: Callable[[float], str] = "about {:.0f} s".format,
) -> Generator[tuple[PhotoOrder, PhotoJob, Photo], None, None]:
    """Yield each order, its job and the photo restored, to be written by the caller: what is kept of it is removed after that.

    out: the result, or the folder of the results; its work folder is beside it. With `resume` an order whose result is there, and
    no work in the folder, isn't made again: `passed_over` is called with it. watch: as of `make_part`, of fits made here only.
    shared: while another run holds the folder, this one helps it, and takes its place when it ends. first_words: see
    `course_shown`. Raises what `work_folder.opened` and `run_unit` do; KeyboardInterrupt, all state on disk, when `interrupted`
    says so.
    """
    root = work_folder.work_place(out)
    make = partial(_make_all, root=root, workers=workers, fit=fit, interrupted=interrupted, first_words=first_words)
    make = partial(make, checkpoint_seconds=checkpoint_seconds)
    with work_folder.opened(root, resume=resume, meanwhile=partial(_help, orders, root, make, interrupted) if shared else None):
        made = [order for order in orders if resume and order.out.exists() and not work_folder.is_begun(root / order.out.name)]
        begun = [order for order in orders if order not in made]
        for order in begun:
            work_folder.prepare(root / order.out.name, order.made_of, resume=resume)
        made += [order for order in begun if order.out.exists() and work_folder.is_finished(root / order.out.name)]
        for order in made:
            passed_over(order)
        remove_half_written({order.out for order in orders})  # of a run that has held the work folder before
        with closing(make([order for order in begun if order not in made], fits=_fits(begun), watch=watch)) as ready:
            for order in ready:
                job = _job(order)
                yield order, job, put_together(job, _kept_parts(job, root / order.out.name, interrupted))
                work_folder.finish(root / order.out.name)
        work_folder.remove(root)  # before another run may begin in it
    _job.cache_clear()


def _make_all(
    orders: Sequence[PhotoOrder],
    *,
    root: Path,
    workers: Workers,
    fits: int,
    fit: Callable,
    interrupted: Interrupted,
    checkpoint_seconds: float,
    first_words: Callable[[float], str],
    watch: Callable | None = None,
) -> Generator[PhotoOrder, None, None]:
    """Yield each order when all its parts are kept. fits: of all the work, what is done of it too."""
    workers = settled(workers, fits)
    parts = [(order, _parts_of(order, root, checkpoint_seconds)) for order in orders]
    work = partial(_make, fit=fit, watch=watch) if workers.here and watch else partial(_make, fit=fit)
    course = Course({unit: unit.order.work for _, units in parts for unit in units}, workers.jobs)
    with (
        course_shown(course, first_words) as heard,
        closing(run_groups(parts, workers, work=work, interrupted=interrupted, heard=heard)) as ready,
    ):
        yield from ready


def _help(orders: Sequence[PhotoOrder], root: Path, make: Callable, interrupted: Interrupted) -> None:
    """Make what is left of the photos that another run has begun to restore, and go on until nothing is."""
    begun = [order for order in orders if work_folder.is_joined(root / order.out.name, order.made_of)]
    if unfinished := [order for order in begun if _parts_of(order, root, 0)]:
        fits = _fits([order for order in orders if work_folder.is_begun(root / order.out.name)])  # of what is finished too
        deque(make(unfinished, fits=fits), maxlen=0)  # the other run puts them together
    if interrupted():
        raise KeyboardInterrupt


def _fits(orders: Sequence[PhotoOrder]) -> int:
    return sum(len(order.tiles) * len(order.seeds) for order in orders)


def _parts_of(order: PhotoOrder, root: Path, checkpoint_seconds: float) -> list[FilePart]:
    """Return the fits that are left to make; of a tile whose fits are there, but not what becomes of it, the last."""
    folder, left = root / order.out.name, []
    kept = work_folder.kept_in(folder)
    for number in range(len(order.tiles)):
        if part_name(number) not in kept:
            seeds = [seed for seed in order.seeds if fit_name(number, seed) not in kept] or order.seeds[-1:]
            left += [FilePart(order, number, seed, folder, checkpoint_seconds) for seed in seeds]
    return left


def _make(part: FilePart, *, fit: Callable, interrupted: Interrupted, tell: Callable[[News], None], **watching) -> None:
    make_part(
        _job(part.order),
        part.number,
        part.seed,
        work_folder.kept_in(part.folder),
        fit=fit,
        interrupted=interrupted,
        progress=partial(telling, tell),
        checkpoint=part.checkpoint,
        checkpoint_seconds=part.checkpoint_seconds,
        **watching,
    )


@lru_cache(maxsize=1)
def _job(order: PhotoOrder) -> PhotoJob:
    """Return an order's job, planned as it was; the last is kept, for its parts follow one another."""
    job = order.read()
    return replace(job, problem=last_kept(job.problem), tiles=order.tiles)


def _kept_parts(job: PhotoJob, folder: Path, interrupted: Interrupted) -> Iterator[np.ndarray]:
    kept = work_folder.kept_in(folder)
    for number in range(len(job.tiles)):
        if interrupted():
            raise KeyboardInterrupt
        yield kept[part_name(number)]
