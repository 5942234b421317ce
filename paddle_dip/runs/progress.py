"""How a long fit shows where it is: a bar with the time left on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from paddle_dip.runs.course import News

# A bar is redrawn, and so the loss asked of the device, at most this often; a log gets a line this often.
BAR_SECONDS = 0.2
LOG_SECONDS = 30.0
_TELL_SECONDS = 0.5  # a process that is told too much while it does something else blocks those that tell
_lines_only = False


def show_lines() -> None:
    """Have this process print lines even on a terminal, which it shares with others: their bars would overwrite each other."""
    global _lines_only
    _lines_only = True


@contextmanager
def quiet(name: str, steps: int, *, start: int = 0) -> Iterator[Callable]:
    """Show nothing: see `track`."""
    yield lambda snapshot: None


def track(name: str, steps: int, *, start: int = 0) -> AbstractContextManager[Callable]:
    """Give a function to be called with each snapshot; it shows step, loss and time left on standard error."""
    show = _bar if Console(file=sys.stderr).is_terminal and not _lines_only else _log
    return show(name, steps, start)


@contextmanager
def _bar(name: str, steps: int, start: int) -> Iterator[Callable]:
    columns = (
        TextColumn("{task.description:>12}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]}"),
    )
    last = 0.0
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task(name, total=steps, completed=start, loss="-")

        def update(snapshot) -> None:
            nonlocal last
            if snapshot.step == steps or time.monotonic() - last > BAR_SECONDS:
                last = time.monotonic()
                progress.update(task, completed=snapshot.step, loss=f"{snapshot.loss():.2e}")

        yield update


@contextmanager
def _log(name: str, steps: int, start: int) -> Iterator[Callable]:
    begun = last = time.monotonic()

    def update(snapshot) -> None:
        nonlocal last
        now = time.monotonic()
        if snapshot.step == steps or now - last > LOG_SECONDS:
            last = now
            left = (now - begun) / max(snapshot.step - start, 1) * (steps - snapshot.step)
            print(
                f"{name}: step {snapshot.step}/{steps}, loss {snapshot.loss():.2e}, {left:.0f} s left", file=sys.stderr, flush=True
            )

    yield update


@contextmanager
def telling(tell: Callable[[News], None], name: str, steps: int, *, start: int = 0) -> Iterator[Callable]:
    """Tell how a fit goes on, now and then, instead of showing it: see `track`."""
    told = 0.0

    def update(snapshot) -> None:
        nonlocal told
        if snapshot.step == start + 1 or snapshot.step == steps or time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            tell(News(snapshot.step, snapshot.loss()))

    yield update
