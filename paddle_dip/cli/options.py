"""The options that every restoring command has, and what all of them do with a photo."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from paddle_dip.cli.command import console, say
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.io.images import Photo, check_writable, losses, read_photo, write_photo
from paddle_dip.io.photo import pixels_on_scale
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.overrides import overridden, with_settings
from paddle_dip.problem.presets import STOPS, Preset
from paddle_dip.problem.tasks import SMALLEST_SIDE, Problem
from paddle_dip.report.process import Process
from paddle_dip.runs.canvas import current_canvas
from paddle_dip.runs.photos import PhotoJob, restore_photo
from paddle_dip.runs.record import record
from paddle_dip.runs.restore import finish
from paddle_dip.runs.task_job import task_job

Out = Annotated[Path, typer.Option(help="Where to write the result: .png, .jpg, .tif or .webp.")]
PresetName = Annotated[str, typer.Option(help="The settings: see the command presets.")]


@dataclass(frozen=True)
class Options:
    """What every command takes beside its own options: each field is an option, see paddle_dip.cli.command.with_options."""

    steps: Annotated[int | None, typer.Option(help="Steps, instead of the preset's.")] = None
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0
    stop: Annotated[str, typer.Option(help=f"When to end: auto, the preset's choice, or one of {', '.join(STOPS)}.")] = "auto"
    changes: Annotated[  # a dataclass takes no list as a default, Typer no other sequence
        list[str], typer.Option("--set", help="NAME=VALUE: any other setting of the preset; may be repeated.")
    ] = ()  # type: ignore[assignment]
    precision: Annotated[str | None, typer.Option(help="float32, or bf16: faster convolutions on CPUs that have it.")] = None
    dtype: Annotated[str, typer.Option(help="float32, or float64: slower, for a fit that fails otherwise.")] = "float32"
    max_memory: Annotated[
        float | None,
        typer.Option(help="GiB that photo, fit and result may take: a photo that needs more is restored in overlapping tiles."),
    ] = None
    frames: Annotated[
        int | None, typer.Option(help="Keep a picture every so many steps; OUT_process/ gets them, a GIF, a WebP and a page.")
    ] = None
    record: Annotated[
        bool, typer.Option("--record", help="Also write OUT with .json behind it: settings, seed, versions, device, commit.")
    ] = False
    truth: Annotated[Path | None, typer.Option(help="The undamaged photo, to score the result with; the fit never sees it.")] = None

    def applied(self, preset: Preset) -> Preset:
        """Return the preset with what the options change in it; raises InputError for a value that isn't allowed."""
        if self.frames is not None:
            at_least("--frames", self.frames, 1)
        stop = None if one_of("--stop", self.stop, ("auto", *STOPS)) == "auto" else self.stop
        return with_settings(overridden(preset, self.changes), steps=self.steps, stop=stop, precision=self.precision)


def changed_options(options: Options) -> list[str]:
    """Return the options, as typed, that aren't as they are by themselves."""
    given = [name for name, value in vars(options).items() if (value or None) != (getattr(Options(), name) or None)]
    return ["--set" if name == "changes" else f"--{name.replace('_', '-')}" for name in given]


def read_told(path: Path) -> Photo:
    """Return the photo in a file, having said what its reader notes; raises InputError as `read_photo` does."""
    photo = read_photo(path)
    for note in photo.notes:
        say(note)
    return photo


def large_enough(path: Path) -> Photo:
    """Return the photo in a file; raises InputError, naming the file, where it is too small to be restored, or no photo at all."""
    photo = read_told(path)
    height, width = photo.pixels.shape[1:]
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(f"{path} is {width}x{height} pixels, each side must have at least {SMALLEST_SIDE}")
    return photo


def restore_file(
    out: Path, options: Options, path: Path, photo: Photo, preset: Preset, *, truth: np.ndarray | None = None, **inputs
) -> None:
    """Restore the photo from the file `path` by its preset's task and write it, and the process where frames are wanted.

    inputs: what the task needs, as of `task_job`. truth: [C, H, W]; else the file in the options. Everything that can be refused is
    refused before the work begins.
    """
    check_place(out, path, photo, inputs.get("factor", 1))
    seed, max_memory, dtype = options.seed, options.max_memory, options.dtype
    job = task_job(preset.task, path.name, photo, preset, seed=seed, max_memory=max_memory, dtype=dtype, **inputs)
    truth = _truth(options.truth, job) if truth is None else truth
    writable_folder(out.parent)
    process = _process(out, options, job, truth)
    settings = record(job) if options.record or process else {}
    from paddle_dip.solver.fit import fit  # here, so that a wrong option is answered before Paddle has loaded

    result = restore_photo(job, fit=fit, watch=_watch(options, preset, process))
    write_photo(out, result)
    if options.record:
        write_json(out.with_name(f"{out.name}.json"), settings)
    page = process.finish(result.pixels, f"{path.name}: {preset.task}", settings) if process else None
    height, width = result.pixels.shape[1:]
    score = "" if truth is None else f", PSNR {psnr(result.pixels, truth):.2f} dB"
    console().print(f"{out}: {width}x{height} pixels{score}", soft_wrap=True)
    if page:
        console().print(f"Process: {page}", soft_wrap=True)


def check_place(out: Path, path: Path, photo: Photo, factor: int = 1) -> None:
    """Raise ValueError where a photo from the file `path`, enlarged `factor` times, can't be written to `out`, or is there."""
    check_writable(out, photo, factor=factor)
    check_apart(out, path)
    for note in losses(out, photo):
        say(note)


def check_apart(out: Path, path: Path, kind: str = "photo") -> None:
    """Raise ValueError where `out` is the file of what is given: a photo, a mask, ..."""
    if out.exists() and path.exists() and out.samefile(path):
        raise InputError(f"--out {out} is the {kind} itself: choose another file")


def _truth(path: Path | None, job: PhotoJob) -> np.ndarray | None:
    if path is None:
        return None
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
    folder = writable_folder(out.with_name(f"{out.stem}_process"))
    writable_folder(folder / "frames")
    problem = job.problem(job.tiles[0])
    known = 1.0 if problem.known is None else problem.known
    return Process(folder, known * problem.observation, truth)


def _watch(options: Options, preset: Preset, process: Process | None) -> Callable:
    def watch(problem: Problem, snapshot) -> None:
        if process and options.frames and (snapshot.step % options.frames == 0 or snapshot.step == 1):
            with suppress(ArithmeticError):  # a fit that has gone wrong goes back soon
                process.note(snapshot.step, snapshot.loss(), finish(problem, preset, current_canvas(preset, snapshot)))

    return watch
