"""Several units of work at a time, each in a process of its own with its share of the cores."""

import os
import pickle
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any, Generic, Protocol, TypeVar

from paddle_dip.runs import progress
from paddle_dip.runs.interrupt import Interrupted

_GLANCE_SECONDS = 0.5  # between looks at whether an interrupt came
_SPAWN = get_context("spawn")


class Titled(Protocol):
    """A unit of work, or what one is made of in its process: it can be pickled."""

    @property
    def title(self) -> str:
        """What to call it."""


U = TypeVar("U", bound=Titled)


@dataclass(frozen=True)
class _Worker(Generic[U]):
    """A process at work on one unit. answer: a pair of what `work` raised, or None, and what it returned; then the pipe's end."""

    unit: U
    process: BaseProcess
    answer: Connection


def run_parallel(
    units: Sequence[U], at_a_time: int, *, work: Callable[..., Any], interrupted: Interrupted = lambda: 0
) -> Generator[tuple[U, Any], None, None]:
    """Yield each unit and what work(unit, interrupted=...) returned, as they end; they are begun in order: put the largest first.

    work: as `run_unit` with a fit, importable by name or a `partial` of such; it returns what can be pickled, and ends with
    KeyboardInterrupt, its checkpoint written, when `interrupted` says so. Raises KeyboardInterrupt when `interrupted` says so;
    what `work` raises; ChildProcessError where a process ended by itself. The other processes are told to end then, and waited for.
    """
    left = list(units)[::-1]
    workers: list[_Worker[U]] = []
    try:
        while left or workers:
            while left and len(workers) < at_a_time:
                workers.append(_start(left.pop(), work))
            # An answer may be larger than the pipe: the process ends only when it has been read.
            ready = wait([worker.answer for worker in workers], _GLANCE_SECONDS)
            if interrupted():
                raise KeyboardInterrupt
            for worker in [worker for worker in workers if worker.answer in ready]:
                workers.remove(worker)
                yield worker.unit, _answer(worker)
    finally:
        _end(workers)


def _start(unit: U, work: Callable[..., Any]) -> _Worker[U]:
    answer, sender = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_work, args=(unit, work, sender), daemon=True)
    with _deaf_to_interrupts():
        process.start()
    sender.close()
    return _Worker(unit, process, answer)


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


def _answer(worker: _Worker) -> Any:
    """Return what a worker's `work` returned, when it has ended; raises what it raised, or that it left nothing."""
    try:
        error, result = worker.answer.recv()
    except (EOFError, OSError):  # of the pipe: the process ended without a word
        words = "was killed or ended by itself, for want of memory perhaps: go on with --resume, with fewer --jobs"
        raise ChildProcessError(f"the fit of {worker.unit.title} {words}") from None
    finally:
        worker.answer.close()
        worker.process.join()
    if error is not None:
        raise error
    return result


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()  # it writes its checkpoint first
        worker.answer.close()  # nobody reads it: what is being sent ends with an error
    for worker in workers:
        worker.process.join()


def _work(unit: Titled, work: Callable[..., Any], sender: Connection) -> None:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))  # any number of times
    Thread(target=_follow_parent, daemon=True).start()
    progress.show_lines()
    with suppress(KeyboardInterrupt, BrokenPipeError):  # told, and the checkpoint is written; nobody reads any more
        sender.send_bytes(_outcome(partial(work, unit, interrupted=lambda: len(told))))


def _outcome(work: Callable[[], Any]) -> bytes:
    """Return the pickled answer of a worker."""
    try:
        return pickle.dumps((None, work()))
    except Exception as error:
        try:
            answer = pickle.dumps((error, None))
            pickle.loads(answer)  # one whose arguments aren't its message's is pickled, but can't be read
            return answer
        except Exception:
            return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), None))


def _follow_parent() -> None:
    parent = parent_process()
    assert parent is not None  # a worker has one
    parent.join()
    os._exit(1)  # and write nothing: the folder may be another run's by now
