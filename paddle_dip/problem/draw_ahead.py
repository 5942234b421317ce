"""What each step needs, drawn by a thread while the step before it is computed."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def drawn_ahead(draw: Callable[[int], T], steps: range) -> Iterator[T]:
    """Yield draw(step) for each of `steps`; a thread draws the next while the caller works with this one.

    draw: a function of the step alone, so the values are those that it would give without the thread; it gains where it lets go of
    the interpreter's lock, as NumPy's generators do. Each thread draws one value and ends: where the caller stops, closes the
    generator or lets it go, none is left running. What a thread could not draw - it failed, or the process was forked, and the
    child is without it - is drawn here, where an error is the caller's.
    """
    drawn: dict[int, T] = {}
    thread: Thread | None = None
    try:
        for step in steps:
            if thread is not None:
                thread.join()
            if step != steps[-1]:
                thread = Thread(target=_keep, args=(draw, step + steps.step, drawn), name="draw-ahead")
                thread.start()
            yield drawn.pop(step) if step in drawn else draw(step)  # and hold no value: they are large
    finally:
        if thread is not None:
            thread.join()


def _keep(draw: Callable[[int], T], step: int, drawn: dict[int, T]) -> None:
    try:
        drawn[step] = draw(step)
    except Exception:  # it comes again where the caller asks for the value
        return
