"""What every restoring command does with the photos it is given: refuse what can't be done, restore, write."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from paddle_dip.cli.command import console, say
from paddle_dip.cli.options import Options
from paddle_dip.cli.places import check_apart, check_place, is_folder, partner, result_places
from paddle_dip.errors import InputError
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.io.images import Photo, read_photo, write_photo
from paddle_dip.io.photo import pixels_on_scale
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import task_presets
from paddle_dip.problem.tasks import SMALLEST_SIDE, Problem
from paddle_dip.report.process import Process
from paddle_dip.runs.canvas import current_canvas
from paddle_dip.runs.course_line import in_words
from paddle_dip.runs.interrupt import INTERRUPTED, Resumable, deferred_interrupt
from paddle_dip.runs.parts import all_work
from paddle_dip.runs.photo_files import PhotoOrder, restored
from paddle_dip.runs.photos import PhotoJob, cut, fits_at_a_time, plan
from paddle_dip.runs.record import record
from paddle_dip.runs.restore import shown_image
from paddle_dip.runs.task_job import as_bytes, unplanned_job
from paddle_dip.runs.work_folder import work_place

_MUCH_LESS = 0.8  # of the arithmetic: what is worth to be told of another preset


class Inputs(Protocol):
    """What a task needs beside a photo, see `unplanned_job`: by name, for the photo of a file. It can be pickled."""

    def __call__(self, path: Path, photo: Photo, *, say: Callable[[str], None]) -> dict[str, Any]: ...


def same_for_all(path: Path, photo: Photo, *, say: Callable[[str], None], **inputs: Any) -> dict[str, Any]:
    """Return inputs that are the same for every photo: an `Inputs` once it is told which."""
    return inputs


def unsaid(note: str) -> None:
    """Say nothing: it has been said when the photo was read before."""


def read_told(path: Path, say: Callable[[str], None] = say) -> Photo:
    """Return the photo in a file, having said what its reader notes; raises InputError as `read_photo` does."""
    photo = read_photo(path)
    for note in photo.notes:
        say(note)
    return photo


def read_job(path: Path, *, preset: Preset, inputs: Inputs, seed: int, dtype: str, say: Callable[[str], None] = unsaid) -> PhotoJob:
    """Return the job, not yet planned, of a file's photo; raises InputError, naming the file, where it is none or too small.

    say: called with each note on how the photo and its inputs were taken.
    """
    photo = read_told(path, say)
    height, width = photo.pixels.shape[1:]
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(f"{path} is {width}x{height} pixels, each side must have at least {SMALLEST_SIDE}")
    return unplanned_job(preset.task, path.name, photo, preset, seed=seed, dtype=dtype, **inputs(path, photo, say=say))


def restore_photos(
    photos: Sequence[Path],
    out: Path,
    options: Options,
    preset: Preset,
    inputs: Inputs = same_for_all,
    *,
    beside: dict[str, Path] | None = None,
    photo_is_truth: bool = False,
) -> None:
    """Restore photos, or those in folders, by their preset's task and write them, and the process where frames are wanted.

    beside: the files that are given with the photos, by what they are: a result is written over none of them. photo_is_truth: score
    by the photo itself. Everything that can be refused is refused before the work begins.
    """
    places = result_places(photos, out)
    if options.frames is not None and len(places) > 1:
        raise InputError("--frames shows one photo: give one, or leave it out")
    given = (beside or {}) | ({"truth": options.truth} if options.truth else {})
    for path, place in places:
        for kind, file in given.items():
            check_apart(place, partner(file, path), kind)
    if options.shared and options.max_memory is not None and options.executor == "local" and not options.jobs:
        raise InputError("--shared with --max-memory needs --jobs too, the same for all runs: both decide how photos are cut")
    asked = _Asked(options, preset, inputs, photo_is_truth)
    planned = _plans(places, asked)
    writable_folder(out if is_folder(photos) else out.parent)
    quick, own = (sum(works) for works in zip(*((each.quick_work, each.work) for each in planned), strict=True))
    ratio = 1.0 if options.resume or options.shared else quick / own
    _restore(planned, out, asked, partial(_first_words, ratio=ratio))


@dataclass(frozen=True)
class _Asked:
    """What a command was asked to do with each photo: see `restore_photos`."""

    options: Options
    preset: Preset
    inputs: Inputs
    photo_is_truth: bool

    def truth(self, path: Path, job: PhotoJob) -> np.ndarray | None:
        """Return what to score the result by, [C, H, W], if anything."""
        return job.photo.pixels if self.photo_is_truth else _truth(self.options.truth, path, job)


@dataclass(frozen=True)
class _Planned:
    """What is to be done with a photo. jobs: of its fits at a time; work: their arithmetic, quick_work: that of --preset quick.

    process: where frames are wanted. The photo itself isn't held.
    """

    order: PhotoOrder
    jobs: int
    work: float
    quick_work: float
    process: Process | None


def _plans(places: Sequence[tuple[Path, Path]], asked: _Asked) -> list[_Planned]:
    """Return the plans of all photos, each cut for as many fits at a time as the one with the fewest allows."""
    others = asked.preset.members * (len(places) - 1)
    plans = []
    for path, place in places:
        with _named(path) if len(places) > 1 else nullcontext():
            plans.append(_planned(path, place, asked, others))
    jobs = min(each.jobs for each in plans)
    return [
        each if each.jobs == jobs or len(each.order.tiles) == 1 else _planned(each.order.path, each.order.out, asked, others, jobs)
        for each in plans
    ]


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have an InputError say which of many photos it is about, where it doesn't yet."""
    try:
        yield
    except InputError as error:
        if path.name in str(error):
            raise
        raise InputError(f"{path}: {error}") from None


def _planned(path: Path, place: Path, asked: _Asked, others: int, jobs: int = 0) -> _Planned:
    """Return the plan of one photo. others: fits of other photos; jobs: fits at a time, where they are settled."""
    options, memory = asked.options, as_bytes(asked.options.max_memory)
    read = partial(read_job, path, preset=asked.preset, inputs=asked.inputs, seed=options.seed, dtype=options.dtype)
    tell = unsaid if jobs else say  # a photo that is planned again has been told of
    job = read(say=tell)
    check_place(place, path, job.photo, job.factor, tell)
    jobs = jobs or (1 if options.executor == "ray" else options.jobs or fits_at_a_time(job, memory, others=others))
    job = plan(job, memory, at_a_time=jobs, others=others)
    process = _process(place, options, job, asked.truth(path, job))
    return _Planned(PhotoOrder.of(path, place, read, job), jobs, all_work(job), _quick_work(job, options, jobs, others), process)


def _quick_work(job: PhotoJob, options: Options, jobs: int, others: int) -> float:
    """Return the arithmetic of a job's fits with --preset quick; its own where the task has none that the options fit."""
    found = task_presets(job.preset.task, job.inputs.get("factor"))
    try:
        quick = replace(job, preset=options.applied(found["quick"]))
        return all_work(cut(quick, as_bytes(options.max_memory), at_a_time=jobs, others=others))
    except (KeyError, InputError):
        return all_work(job)


def _first_words(seconds: float, *, ratio: float) -> str:
    """Return what is said of the seconds that all takes. ratio: of the arithmetic of --preset quick to this."""
    quick = f"; with --preset quick about {in_words(seconds * ratio)}" if ratio < _MUCH_LESS else ""
    return f"about {in_words(seconds)} in all{quick}; interrupted, it goes on with --resume"


def _restore(planned: Sequence[_Planned], out: Path, asked: _Asked, first_words: Callable[[float], str]) -> None:
    from paddle_dip.solver.fit import fit  # here, so that a wrong option is answered before Paddle has loaded

    process, workers = planned[0].process, replace(asked.options.workers, jobs=min(each.jobs for each in planned))
    with deferred_interrupt() as interrupted:
        results = restored(
            [each.order for each in planned],
            out,
            fit=fit,
            resume=asked.options.resume or asked.options.shared,
            interrupted=interrupted,
            checkpoint_seconds=asked.options.checkpoint_seconds,
            watch=_watch(asked.options, asked.preset, process),
            first_words=first_words,
            workers=workers,
            shared=asked.options.shared,
            passed_over=_tell_made,
        )
        try:
            with closing(results):
                for order, job, result in results:
                    _write(order, job, result, asked.options, process, asked.truth(order.path, job))
        except KeyboardInterrupt:
            words = f"interrupted; the same command with --resume goes on from {work_place(out)}"
            raise Resumable(words, interrupted() or INTERRUPTED) from None


def _tell_made(order: PhotoOrder) -> None:
    console().print(f"{order.out} is there already: delete it to have it made again", soft_wrap=True)


def _write(
    order: PhotoOrder, job: PhotoJob, result: Photo, options: Options, process: Process | None, truth: np.ndarray | None
) -> None:
    settings = record(job) if options.record or process else {}
    write_photo(order.out, result)
    if options.record:
        write_json(order.out.with_name(f"{order.out.name}.json"), settings)
    height, width = result.pixels.shape[1:]
    score = "" if truth is None else f", PSNR {psnr(result.pixels, truth):.2f} dB"
    console().print(f"{order.out}: {width}x{height} pixels{score}", soft_wrap=True)
    if process:
        page = process.finish(result.pixels, f"{order.path.name}: {job.preset.task}", settings)
        console().print(f"Process: {page}", soft_wrap=True)


def _truth(given: Path | None, photo: Path, job: PhotoJob) -> np.ndarray | None:
    if given is None:
        return None
    path = partner(given, photo)
    truth = pixels_on_scale(read_photo(path), job.photo)
    channels, height, width = job.photo.pixels.shape
    wanted = (channels, height * job.factor, width * job.factor)
    if truth.shape != wanted:
        raise InputError(f"--truth {path} has {_words(truth.shape)}, the result will have {_words(wanted)}")
    return truth


def _words(shape: tuple[int, ...]) -> str:
    return f"{shape[2]}x{shape[1]} pixels in {shape[0]} channel{'s' if shape[0] > 1 else ''}"


def _process(out: Path, options: Options, job: PhotoJob, truth: np.ndarray | None) -> Process | None:
    if options.frames is None:
        return None
    if job.preset.members > 1:
        raise InputError("--frames shows one fit: take --set members=1, or leave it out")
    if len(job.tiles) > 1:
        raise InputError("--frames needs the photo in one piece: raise --max-memory, or leave --frames out")
    return Process(out.with_name(f"{out.stem}_process"), job.problem(job.tiles[0]).seen, truth)


def _watch(options: Options, preset: Preset, process: Process | None) -> Callable:
    def watch(problem: Problem, snapshot) -> None:
        if process and options.frames and (snapshot.step % options.frames == 0 or snapshot.step == 1):
            with suppress(ArithmeticError):  # a fit that has gone wrong goes back soon
                image = shown_image(problem, preset, current_canvas(preset, snapshot), over=snapshot.over)
                process.note(snapshot.step, snapshot.loss(), image)

    return watch
