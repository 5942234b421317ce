"""Ctrl-C and SIGTERM: each ends a command in order, at once or at a moment at which the run can be resumed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM  # what a shell reports for a command ended by them
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
Interrupted = Callable[[], int]  # says whether an interrupt came: 0, or the exit code that it has


class Resumable(Exception):
    """An interrupt that ended a run in order; the message is one line that says how to go on. code: the exit code."""

    def __init__(self, words: str, code: int):
        super().__init__(words)
        self.code = code


class _Terminated(KeyboardInterrupt):
    """SIGTERM. A class of its own: CPython ends by SIGINT once KeyboardInterrupt itself has left an `exec`, of an import too."""


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[Callable[[], int]]:
    """Have SIGTERM raise KeyboardInterrupt, as Ctrl-C does; give a function that says which exit code an interrupt has."""
    terminated = False

    def note(number, frame) -> None:
        nonlocal terminated
        terminated = True
        raise _Terminated

    former = signal.signal(signal.SIGTERM, note)
    try:
        yield lambda: TERMINATED if terminated else INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, former)


@contextmanager
def deferred_interrupt() -> Iterator[Interrupted]:
    """Give a function that says whether Ctrl-C or SIGTERM came: 0, or its exit code. The second one ends the process as usual."""
    came = 0
    former = {number: signal.getsignal(number) for number in _SIGNALS}

    def note(number, frame) -> None:
        nonlocal came
        came = 128 + number
        restore()

    def restore() -> None:
        for number, handler in former.items():
            signal.signal(number, handler)

    for number in _SIGNALS:
        signal.signal(number, note)
    try:
        yield lambda: came
    finally:
        restore()


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Keep Python's handlers of Ctrl-C and SIGTERM through the import of a library that puts its own in their place.

    SIGTERM waits until the end of it, where no thread takes it meanwhile: see `sigterm_held`.
    """
    with sigterm_held():
        try:
            yield
        finally:
            for number in _SIGNALS:
                _set_again(number)


@contextmanager
def sigterm_held() -> Iterator[None]:
    """Have SIGTERM wait until the end. Threads that are begun meanwhile never take it: the main one does, in whatever it is."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows has no masks
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _set_again(number: int) -> None:
    handler = signal.getsignal(number)
    if handler is not None:  # one that isn't Python's can't be set
        with suppress(ValueError):  # only the main thread may
            signal.signal(number, handler)
