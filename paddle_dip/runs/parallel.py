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

from paddle_dip.environment import share_cores
from paddle_dip.runs import progress
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.provenance import computed_with

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


def fits_at_a_time(wanted: int, fits: int) -> int:
    """Return how many fits to make at a time, no more than there are and one on a GPU; let each of several have its cores."""
    at_a_time = min(wanted, 1 if computed_with()["place"].startswith("gpu") else max(fits, 1))
    if at_a_time > 1:
        share_cores(at_a_time)
    return at_a_time


def run_parallel(
    units: Sequence[U],
    at_a_time: int,
    *,
    work: Callable[..., Any],
    interrupted: Interrupted = lambda: 0,
    begun: Callable[[U], None] = lambda unit: None,
    heard: Callable[[U, Any], None] | None = None,
) -> Generator[tuple[U, Any], None, None]:
    """Yield each unit and what work(unit, interrupted=...) returned, as they end; they are begun in order: put the largest first.

    work: as `run_unit` with a fit, importable by name or a `partial` of such; it returns what can be pickled, and ends with
    KeyboardInterrupt, its checkpoint written, when `interrupted` says so. begun: called with each unit as it is begun. heard: where
    given, `work` gets an argument `tell`, and `heard` is called with the unit and with what it tells, now and then.
    Raises KeyboardInterrupt when `interrupted` says so; what `work` raises; ChildProcessError where a process ended by itself. The
    other processes are told to end then, and waited for.
    """
    left = list(units)[::-1]
    workers: list[_Worker[U]] = []
    try:
        while left or workers:
            while left and len(workers) < at_a_time:
                workers.append(_start(left.pop(), work, telling=heard is not None))
                begun(workers[-1].unit)
            # An answer may be larger than the pipe: the process ends only when it has been read.
            ready = wait([worker.answer for worker in workers], _GLANCE_SECONDS)
            if interrupted():
                raise KeyboardInterrupt
            for worker in [worker for worker in workers if worker.answer in ready]:
                answer = _received(worker)
                if heard is not None and isinstance(answer, _Told):
                    heard(worker.unit, answer.words)
                    continue
                workers.remove(worker)
                _join(worker)
                yield worker.unit, _result(answer)
    finally:
        _end(workers)


@dataclass(frozen=True)
class _Told:
    """What a worker tells before it answers."""

    words: Any


def _start(unit: U, work: Callable[..., Any], *, telling: bool) -> _Worker[U]:
    answer, sender = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_work, args=(unit, work, sender, telling), daemon=True)
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


def _received(worker: _Worker) -> Any:
    """Return what a worker has sent; raises ChildProcessError where it has ended without its answer."""
    try:
        return worker.answer.recv()
    except (EOFError, OSError):  # of the pipe: the process ended without a word
        words = "was killed or ended by itself, for want of memory perhaps: go on with --resume, with fewer --jobs"
        raise ChildProcessError(f"the fit of {worker.unit.title} {words}") from None


def _join(worker: _Worker) -> None:
    worker.answer.close()
    worker.process.join()


def _result(answer: tuple[Exception | None, Any]) -> Any:
    """Return what a worker's `work` returned, when it has ended; raises what it raised."""
    error, result = answer
    if error is not None:
        raise error
    return result


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()  # it writes its checkpoint first
        worker.answer.close()  # nobody reads it: what is being sent ends with an error
    for worker in workers:
        worker.process.join()


def _work(unit: Titled, work: Callable[..., Any], sender: Connection, telling: bool) -> None:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))  # any number of times
    Thread(target=_follow_parent, daemon=True).start()
    progress.show_lines()
    with suppress(KeyboardInterrupt, BrokenPipeError):  # told, and the checkpoint is written; nobody reads any more
        more = {"tell": partial(_tell, sender)} if telling else {}
        sender.send_bytes(_outcome(partial(work, unit, interrupted=lambda: len(told), **more)))


def _tell(sender: Connection, words: Any) -> None:
    with suppress(BrokenPipeError):  # nobody reads any more: the work is told to end, and writes its checkpoint
        sender.send(_Told(words))


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
