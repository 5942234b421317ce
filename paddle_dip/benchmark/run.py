"""All images of the benchmark, and the page at the end."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from paddle_dip.benchmark.ensemble import forget_members, restore_members
from paddle_dip.benchmark.folder import Folder, open_folder
from paddle_dip.benchmark.interrupt import deferred_interrupt
from paddle_dip.benchmark.single import Job
from paddle_dip.benchmark.workers import ready
from paddle_dip.environment import share_cores
from paddle_dip.files import write_json, write_text
from paddle_dip.problem.baselines import bicubic, bicubic_back_projected
from paddle_dip.problem.dataset import Case, Source, is_benchmark_image, load_case, to_unit
from paddle_dip.problem.images import read_rgb, write_rgb
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import Preset
from paddle_dip.provenance import computed_with, provenance
from paddle_dip.report.page import benchmark_page
from paddle_dip.report.results import Row, final_rows, read_history, read_rows, summarise, write_history, write_rows
from paddle_dip.report.tables import benchmark_table


@dataclass(frozen=True)
class Settings:
    """A benchmark to run.

    grid_every: steps between picture grids; checkpoint_seconds: seconds of work between checkpoints; at_a_time: fits that are made
    at once, each in a process of its own where there are several.
    """

    source: Source
    images: tuple[str, ...]
    factor: int
    preset: Preset
    seed: int
    out: Path
    resume: bool = False
    grid_every: int = 1000
    checkpoint_seconds: float = 10.0
    at_a_time: int = 1

    def identity(self) -> dict:
        """Return what must be equal for two sittings to belong to one run."""
        return {"factor": self.factor, "seed": self.seed, **self.preset.settings()}


@dataclass(frozen=True)
class Outcome:
    """The finished rows, in the order of the images; bicubic + back-projection by image name (dB); the summary on disk."""

    rows: list[Row]
    bicubic_bp: dict[str, float]
    summary: dict
    table: tuple[list[str], list[list[str]]]


def run(settings: Settings, *, fit: Callable, announce: Callable[[Row], None] = lambda row: None) -> Outcome:
    """Restore every image that has no result yet, writing each one's traces as it finishes, and the page at the end.

    Raises ValueError for unusable images or an output folder that holds something else, before any work is done.
    """
    cases = {name: load_case(settings.source, name, settings.factor) for name in settings.images}
    checksums = {name: hashlib.sha256(case.truth.tobytes()).hexdigest() for name, case in cases.items()}
    settings = _with_shared_cores(settings)
    made_with = {"data": settings.source.words, **provenance(), "at_a_time": settings.at_a_time}  # it may build the operators
    with open_folder(settings.out, settings.identity(), checksums, resume=settings.resume) as folder:
        finished: dict[str, list[Row]] = {}
        for row in read_rows(folder.results):
            if folder.has_result(row.image):
                finished.setdefault(row.image, []).append(row)
        bicubic_bp: dict[str, float] = {}
        with deferred_interrupt() as interrupted, closing(_jobs(settings, folder, cases, finished, fit, interrupted)) as jobs:
            for job in jobs:
                name, case = job.case.name, job.case
                if name not in finished:
                    finished[name] = _restore_one(job, fit, interrupted)
                    announce(final_rows(finished[name])[0])
                bicubic_bp[name] = psnr_y(bicubic_back_projected(case.low, settings.factor), case.truth)
                outcome = _write_results(settings, folder, finished, bicubic_bp, made_with)
                forget_members(job)
        _write_page(settings, folder, cases, outcome)
    return outcome


def _with_shared_cores(settings: Settings) -> Settings:
    """Return the settings with no more fits at a time than there are, and one on a GPU; let each of several have its cores."""
    fits = 1 if computed_with()["place"].startswith("gpu") else len(settings.images) * settings.preset.members
    at_a_time = min(settings.at_a_time, fits)
    if at_a_time > 1:
        share_cores(at_a_time)
    return replace(settings, at_a_time=at_a_time)


def _jobs(
    settings: Settings, folder: Folder, cases: dict[str, Case], finished: dict, fit: Callable, interrupted: Callable[[], bool]
) -> Iterator[Job]:
    """Yield a job for each image: in order, or, of several at a time, the finished ones and then each when its fits are done."""
    s = settings
    jobs = [Job(case, s.factor, s.preset, s.seed, folder, s.grid_every, s.checkpoint_seconds) for case in cases.values()]
    if s.at_a_time == 1:
        yield from jobs
        return
    yield from (job for job in jobs if job.case.name in finished)
    left = [job for job in jobs if job.case.name not in finished]
    yield from ready(left, s.at_a_time, fit=fit, interrupted=interrupted)


def _restore_one(job: Job, fit: Callable, interrupted: Callable[[], bool]) -> list[Row]:
    rows, image, history = restore_members(job, fit=fit, interrupted=interrupted)
    write_history(job.folder.history(job.case.name), history)
    write_rgb(job.folder.picture(job.case.name), image)
    return rows


def _write_results(
    settings: Settings, folder: Folder, finished: dict[str, list[Row]], bicubic_bp: dict[str, float], made_with: dict
) -> Outcome:
    """Write the table of every finished image, and the summary of those this call was asked for."""
    # By name: of several at a time the order of finishing says nothing.
    write_rows(folder.results, [row for name in sorted(finished) for row in finished[name]])
    rows = [final_rows(finished[name])[0] for name in settings.images if name in bicubic_bp]
    summary = summarise(rows, bicubic_bp, settings.preset.settings(), made_with)
    write_json(folder.summary, summary)
    known = {name for name in settings.images if is_benchmark_image(settings.source, name)}
    return Outcome(rows, bicubic_bp, summary, benchmark_table(rows, bicubic_bp, known))


def _write_page(settings: Settings, folder: Folder, cases: dict[str, Case], outcome: Outcome) -> None:
    pairs = {name: (bicubic(case.low, settings.factor), to_unit(read_rgb(folder.picture(name)))) for name, case in cases.items()}
    page = benchmark_page(
        f"Super-resolution x{settings.factor}, preset {settings.preset.name}",
        outcome.summary,
        outcome.table,
        pairs,
        {name: read_history(folder.history(name)) for name in cases},
    )
    write_text(folder.page, page)
