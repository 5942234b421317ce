"""What work finds out about the worker that it runs in, whatever executor has put it there."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from paddle_dip.runs.interrupt import Interrupted


class WorkerDied(ChildProcessError):
    """A worker ended without its answer: it was killed, by its machine for want of memory perhaps. Its work can be tried again."""


@dataclass(frozen=True)
class Worker:
    """interrupted: says whether the work should end in order; tell: sends words to whoever follows the executor."""

    interrupted: Interrupted = lambda: 0
    tell: Callable[[Any], None] = lambda words: None


@dataclass(frozen=True)
class Told:
    """What a worker tells before it answers, on its way to whoever follows the executor."""

    words: Any


_NOBODY = Worker()
_worker: ContextVar[Worker] = ContextVar("worker")


def this_worker() -> Worker:
    """Return the worker that this code runs in; in no worker at all one that is never interrupted and tells nobody."""
    return _worker.get(_NOBODY)


@contextmanager
def working_as(worker: Worker) -> Iterator[None]:
    """Have `this_worker` return this one."""
    token = _worker.set(worker)
    try:
        yield
    finally:
        _worker.reset(token)


def outcome(work: Callable[[], Any]) -> bytes:
    """Return, pickled, a pair of what `work` raised, or None, and what it returned; an error that can't be pickled as words."""
    try:
        return pickle.dumps((None, work()))
    except Exception as error:
        try:
            answer = pickle.dumps((error, None))
            pickle.loads(answer)  # one whose arguments aren't its message's is pickled, but can't be read
            return answer
        except Exception:
            return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), None))
