"""Several fits at a time, each in a process of its own with its share of the cores."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread

from paddle_dip.evaluation.benchmark.ensemble import make_member
from paddle_dip.evaluation.benchmark.image_run import ImageRun
from paddle_dip.runs import progress
from paddle_dip.runs.restore import member_seeds

_GLANCE_SECONDS = 0.5  # between looks at whether an interrupt came
_SPAWN = get_context("spawn")


@dataclass(frozen=True)
class _Worker:
    """A process that makes one fit. errors: what it raises comes out here."""

    job: ImageRun
    process: BaseProcess
    errors: Connection


def run_parallel(jobs: list[ImageRun], at_a_time: int, *, fit: Callable, interrupted: Callable[[], bool]) -> Iterator[ImageRun]:
    """Yield every job when its fits are done and kept, so that `restore_members` has only to put them together.

    fit: importable by name, as the processes get no more of it. Raises KeyboardInterrupt, checkpoints written, when `interrupted`
    says so; what a fit raises; ChildProcessError where a process ended by itself.
    """
    parts = _unmade(jobs)
    left, named = Counter(part.case.name for part in parts), {job.case.name: job for job in jobs}
    yield from (job for job in jobs if not left[job.case.name])
    for part in _made(parts, at_a_time, fit, interrupted):
        left[part.case.name] -= 1
        if not left[part.case.name]:
            yield named[part.case.name]


def _unmade(jobs: list[ImageRun]) -> list[ImageRun]:
    """Return a job for each fit that isn't kept yet, the largest last."""
    parts = [replace(job, seed=seed) for job in jobs for seed in member_seeds(job.preset, job.seed)]
    return sorted((part for part in parts if not part.member.exists()), key=lambda part: part.case.truth.size)


def _made(parts: list[ImageRun], at_a_time: int, fit: Callable, interrupted: Callable[[], bool]) -> Iterator[ImageRun]:
    """Yield each part when its fit is made and kept. The last, largest ones are begun first: no core idles long at the end."""
    workers: list[_Worker] = []
    try:
        while parts or workers:
            while parts and len(workers) < at_a_time:
                workers.append(_begun(parts.pop(), fit))
            wait([worker.process.sentinel for worker in workers], _GLANCE_SECONDS)
            if interrupted():
                raise KeyboardInterrupt
            for worker in [worker for worker in workers if not worker.process.is_alive()]:
                workers.remove(worker)
                _check(worker)
                yield worker.job
    finally:
        for worker in workers:
            worker.process.terminate()  # it writes its checkpoint first
        for worker in workers:
            worker.process.join()


def _begun(job: ImageRun, fit: Callable) -> _Worker:
    errors, sender = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_fit, args=(job, fit, sender), daemon=True)
    with _deaf_to_interrupts():
        process.start()
    sender.close()
    return _Worker(job, process, errors)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Have what is started in here never see Ctrl-C, which reaches the whole group: the first process tells the others."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its start would unblock the signal again
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _check(worker: _Worker) -> None:
    """Raise what a finished worker raised, or that it left nothing."""
    if worker.errors.poll():
        try:
            raise worker.errors.recv()
        except EOFError:
            pass
    if not worker.job.member.exists():
        words = "was killed or ended by itself, for want of memory perhaps: go on with --resume, with fewer --jobs"
        raise ChildProcessError(f"the fit of {worker.job.title} {words}")


def _fit(job: ImageRun, fit: Callable, errors: Connection) -> None:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))  # any number of times
    Thread(target=_follow_parent, daemon=True).start()
    progress.show_lines()
    try:
        make_member(job, fit, lambda: bool(told))
    except KeyboardInterrupt:  # told, and the checkpoint is written
        pass
    except Exception as error:
        errors.send(error)


def _follow_parent() -> None:
    parent_process().join()
    os._exit(1)  # and write nothing: the folder may be another run's by now
