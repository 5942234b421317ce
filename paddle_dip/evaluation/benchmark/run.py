"""All images of the benchmark, and the page at the end."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paddle_dip.evaluation.benchmark.ensemble import forget_members, make_members, restore_members
from paddle_dip.evaluation.benchmark.folder import Folder, open_folder
from paddle_dip.evaluation.benchmark.image_run import ImageRun
from paddle_dip.evaluation.benchmark.result_store import ResultStore
from paddle_dip.io.files import write_text
from paddle_dip.io.images import read_rgb, write_rgb
from paddle_dip.problem.baselines import bicubic, bicubic_back_projected
from paddle_dip.problem.dataset import BenchmarkCase, Source, image_names, is_benchmark_image, load_case, to_unit
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import Preset
from paddle_dip.report.page import benchmark_page
from paddle_dip.report.results import ResultRow, final_rows, read_history, write_history
from paddle_dip.report.tables import benchmark_table
from paddle_dip.runs.interrupt import Interrupted, deferred_interrupt
from paddle_dip.runs.parallel import fits_at_a_time
from paddle_dip.runs.provenance import noise_drawn_by, provenance


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
        """Return what must be equal for two sessions to belong to one run."""
        return {"factor": self.factor, "seed": self.seed, **self.preset.settings()}


@dataclass(frozen=True)
class Outcome:
    """The rows of all finished images, by name, those of earlier sessions too; the summary on disk; the table to show."""

    rows: list[ResultRow]
    summary: dict
    table: tuple[list[str], list[list[str]]]


def run(
    settings: Settings,
    *,
    fit: Callable,
    announce: Callable[[ResultRow], None] = lambda row: None,
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> Outcome:
    """Restore every image that has no result yet, writing each one's traces as it finishes, and the page of all at the end.

    facts: what holds instead of `provenance` where `fit` isn't Paddle's.
    Raises InputError for unusable images or an output folder that holds something else, before any work is done.
    """
    cases = _load(settings, settings.images)
    checksums = {name: hashlib.sha256(case.truth.tobytes()).hexdigest() for name, case in cases.items()}
    fits = len(settings.images) * settings.preset.members
    settings = replace(settings, at_a_time=fits_at_a_time(settings.at_a_time, fits))
    made_with = {"data": settings.source.words, **provenance(), "at_a_time": settings.at_a_time}  # it may build the operators
    made_with |= {"noise_drawn_by": noise_drawn_by(settings.preset), **facts}
    available = image_names(settings.source)
    with open_folder(settings.out, settings.identity(), checksums, available, resume=settings.resume) as folder:
        store = ResultStore.found_in(folder, settings.preset.settings(), made_with)
        shown = cases | _load(settings, store.rows.keys() - cases.keys())
        with (
            deferred_interrupt() as interrupted,
            closing(_restored(settings, folder, cases, store, fit, interrupted)) as restored,
        ):
            for image_run, rows in restored:
                store.add(image_run.case.name, rows)
                announce(final_rows(rows)[0])
                _write_results(settings, store, shown)
                forget_members(image_run)
        outcome = _write_results(settings, store, shown)
        _write_page(settings, folder, shown, outcome)
    return outcome


def _load(settings: Settings, names: Iterable[str]) -> dict[str, BenchmarkCase]:
    return {name: load_case(settings.source, name, settings.factor) for name in names}


def _restored(
    settings: Settings,
    folder: Folder,
    cases: dict[str, BenchmarkCase],
    store: ResultStore,
    fit: Callable,
    interrupted: Interrupted,
) -> Generator[tuple[ImageRun, list[ResultRow]], None, None]:
    """Yield each image that has no result yet and its rows: in order, or, of several fits at a time, when its own are made."""
    s, left = settings, []
    for name, case in cases.items():
        image_run = ImageRun(case, s.factor, s.preset, s.seed, folder, s.grid_every, s.checkpoint_seconds)
        if name in store.rows:
            forget_members(image_run)
        else:
            left.append(image_run)
    several = s.at_a_time > 1
    with closing(make_members(left, s.at_a_time, fit=fit, interrupted=interrupted)) as ready:  # begins nothing by itself
        for image_run in ready if several else left:
            yield image_run, _restore_one(image_run, fit, interrupted)


def _restore_one(image_run: ImageRun, fit: Callable, interrupted: Interrupted) -> list[ResultRow]:
    rows, image, history = restore_members(image_run, fit=fit, interrupted=interrupted)
    write_history(image_run.folder.history(image_run.case.name), history)
    write_rgb(image_run.folder.picture(image_run.case.name), image)
    return rows


def _write_results(settings: Settings, store: ResultStore, cases: dict[str, BenchmarkCase]) -> Outcome:
    """Write table and summary of every finished image, of this session and those before it."""
    for name in store.rows.keys() - store.bicubic_bp.keys():
        case = cases[name]
        store.bicubic_bp[name] = psnr_y(bicubic_back_projected(case.low, settings.factor), case.truth)
    rows, summary = store.write()
    rows = final_rows(rows)
    known = {row.image for row in rows if is_benchmark_image(settings.source, row.image)}
    return Outcome(rows, summary, benchmark_table(rows, store.bicubic_bp, known))


def _write_page(settings: Settings, folder: Folder, cases: dict[str, BenchmarkCase], outcome: Outcome) -> None:
    names = [row.image for row in outcome.rows]
    pairs = {name: (bicubic(cases[name].low, settings.factor), to_unit(read_rgb(folder.picture(name)))) for name in names}
    page = benchmark_page(
        f"Super-resolution x{settings.factor}, preset {settings.preset.name}",
        outcome.summary,
        outcome.table,
        pairs,
        {name: read_history(folder.history(name)) for name in names},
    )
    write_text(folder.page, page)
