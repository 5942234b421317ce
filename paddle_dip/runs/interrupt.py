"""Ctrl-C and SIGTERM, kept until a moment at which the run can be taken up again."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred_interrupt() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether Ctrl-C or SIGTERM came. The second one ends the process as usual."""
    came = False
    former = {number: signal.getsignal(number) for number in _SIGNALS}

    def note(number, frame) -> None:
        nonlocal came
        came = True
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
