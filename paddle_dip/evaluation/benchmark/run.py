"""All images of a benchmark, and the page at the end."""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paddle_dip.evaluation.benchmark.ensemble import forget_members, make_members, restore_members
from paddle_dip.evaluation.benchmark.folder import Folder, open_folder
from paddle_dip.evaluation.benchmark.image_run import ImageRun
from paddle_dip.evaluation.benchmark.protocol import BenchmarkProtocol, Case, Table
from paddle_dip.evaluation.benchmark.result_store import ResultStore
from paddle_dip.io.files import write_text
from paddle_dip.io.images import read_rgb, write_rgb
from paddle_dip.problem.budget import fit_bytes
from paddle_dip.problem.dataset import to_unit
from paddle_dip.problem.presets import Preset
from paddle_dip.report.page import benchmark_page
from paddle_dip.report.results import final_rows, read_history, write_history
from paddle_dip.runs.interrupt import Interrupted, Resumable, deferred_interrupt
from paddle_dip.runs.provenance import noise_drawn_by, provenance
from paddle_dip.runs.workers import Workers, settled


@dataclass(frozen=True)
class Settings:
    """A benchmark to run.

    grid_every: steps between picture grids; checkpoint_seconds: seconds of work between checkpoints. workers: where the
    fits are made. shared: while another run holds the folder, this one helps it, and takes its place when it ends.
    """

    protocol: BenchmarkProtocol
    images: tuple[str, ...]
    preset: Preset
    seed: int
    out: Path
    resume: bool = False
    grid_every: int = 1000
    checkpoint_seconds: float = 10.0
    workers: Workers = Workers()
    shared: bool = False

    def identity(self) -> dict:
        """Return what must be equal for two sessions to belong to one run."""
        return {**self.protocol.identity(), "seed": self.seed, **self.preset.settings()}


@dataclass(frozen=True)
class Outcome:
    """The rows of all finished images, by name, those of earlier sessions too; the summary on disk; the table to show."""

    rows: list
    summary: dict
    table: Table


def run(
    settings: Settings,
    *,
    fit: Callable,
    announce: Callable[[Any], None] = lambda row: None,
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> Outcome:
    """Restore every image that has no result yet, writing each one's traces as it finishes, and the page of all at the end.

    facts: what holds instead of `provenance` where `fit` isn't Paddle's.
    Raises InputError for unusable images or an output folder that holds something else, before any work is done.
    """
    cases = _load(settings, settings.images)
    checksums = {name: hashlib.sha256(case.truth.tobytes()).hexdigest() for name, case in cases.items()}
    fits = len(settings.images) * settings.preset.members
    largest = max(fit_bytes(case.truth.shape[1:3], settings.preset) for case in cases.values())
    settings = replace(settings, workers=settled(settings.workers, fits, largest))
    made_with = {"data": settings.protocol.source, **provenance(), "at_a_time": settings.workers.jobs}  # it may build the operators
    if settings.workers.executor == "ray":
        made_with |= {"threads": settings.workers.cpus_per_task}
    made_with |= {"noise_drawn_by": noise_drawn_by(settings.preset), **facts}
    available, schema = settings.protocol.available(), settings.protocol.schema
    lend = partial(_help, settings, cases, fit) if settings.shared else None
    resume = settings.resume or settings.shared
    with open_folder(settings.out, settings.identity(), checksums, available, resume=resume, meanwhile=lend) as folder:
        store = ResultStore.found_in(folder, schema, settings.preset.settings(), made_with)
        shown = cases | _load(settings, store.rows.keys() - cases.keys())
        with (
            deferred_interrupt() as interrupted,
            closing(_restored(settings, folder, cases, store, fit, interrupted)) as restored,
        ):
            try:
                for image_run, rows in restored:
                    store.add(image_run.case.name, rows)
                    announce(final_rows(rows)[0])
                    _write_results(settings, store, shown)
                    forget_members(image_run)
            except KeyboardInterrupt:
                _end_in_order(interrupted, settings)
                raise
        outcome = _write_results(settings, store, shown)
        _write_page(settings, folder, shown, outcome)
    return outcome


def _load(settings: Settings, names: Iterable[str]) -> dict[str, Case]:
    return {name: settings.protocol.load(name) for name in names}


def _restored(
    settings: Settings,
    folder: Folder,
    cases: dict[str, Case],
    store: ResultStore,
    fit: Callable,
    interrupted: Interrupted,
) -> Generator[tuple[ImageRun, list], None, None]:
    """Yield each image that has no result yet and its rows, when its fits are made."""
    left = []  # to make: each fit is claimed, as another run may come to help
    for name, case in cases.items():
        image_run = _image_run(settings, folder, case)
        if name in store.rows:
            forget_members(image_run)
        else:
            left.append(image_run)
    with closing(make_members(left, settings.workers, fit=fit, interrupted=interrupted)) as ready:  # begins nothing by itself
        for image_run in ready:
            yield image_run, _restore_one(image_run, fit, interrupted)


def _help(settings: Settings, cases: dict[str, Case], fit: Callable, folder: Folder) -> None:
    """Make the fits that a run which holds the folder has left to make; that run puts the images together."""
    with deferred_interrupt() as interrupted:
        image_runs = [_image_run(settings, folder, case) for case in cases.values()]
        deque(make_members(image_runs, settings.workers, fit=fit, interrupted=interrupted), maxlen=0)
        _end_in_order(interrupted, settings)  # it came while nothing was left to make


def _end_in_order(interrupted: Interrupted, settings: Settings) -> None:
    """Raise Resumable, with the exit code of the signal, where one came."""
    if code := interrupted():
        raise Resumable(f"interrupted; the same command with --resume goes on in {settings.out}", code) from None


def _image_run(settings: Settings, folder: Folder, case: Case) -> ImageRun:
    s = settings
    return ImageRun(case, s.protocol, s.preset, s.seed, folder, s.grid_every, s.checkpoint_seconds)


def _restore_one(image_run: ImageRun, fit: Callable, interrupted: Interrupted) -> list:
    rows, image, history = restore_members(image_run, fit=fit, interrupted=interrupted)
    write_history(image_run.folder.history(image_run.case.name), history, image_run.protocol.schema.point)
    write_rgb(image_run.folder.picture(image_run.case.name), image)
    return rows


def _write_results(settings: Settings, store: ResultStore, cases: dict[str, Case]) -> Outcome:
    """Write table and summary of every finished image, of this session and those before it."""
    for name in store.rows.keys() - store.floor.keys():
        store.floor[name] = cases[name].floor()
    rows, summary = store.write()
    rows = final_rows(rows)
    return Outcome(rows, summary, settings.protocol.table(rows, store.floor))


def _write_page(settings: Settings, folder: Folder, cases: dict[str, Case], outcome: Outcome) -> None:
    protocol, names = settings.protocol, [row.image for row in outcome.rows]
    page = benchmark_page(
        summary=outcome.summary,
        table=outcome.table,
        pairs={name: (cases[name].before(), to_unit(read_rgb(folder.picture(name)))) for name in names},
        histories={name: read_history(folder.history(name), protocol.schema.point) for name in names},
        before_words=protocol.before,
        quality=protocol.quality(outcome.rows, outcome.summary),
        schema=protocol.schema,
        **protocol.page_words(settings.preset, outcome.summary, outcome.table[0]),
    )
    write_text(folder.page, page)
