"""One line for a whole set of units of work: which is at work, the share done, the time left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from paddle_dip.runs.course import Course, News
from paddle_dip.runs.progress import BAR_SECONDS, LOG_SECONDS

_SURE_STEPS, _SURE_SECONDS = 3, 2.0  # watched before it is said how long all takes


@contextmanager
def course_shown(course: Course, first_words: Callable[[float], str]) -> Iterator[Callable[[Any, News], None]]:
    """Give a function to be called with each unit and News of it: one line for all units, with the share done and the time left.

    first_words: what to say, once, as soon as something has been measured, of the seconds that all will take.
    """
    show = _course_bar if Console(file=sys.stderr).is_terminal else _course_log
    said, begun = False, time.monotonic()
    with show(course) as draw:

        def hear(unit: Any, news: News) -> None:
            nonlocal said
            course.hear(unit, news, time.monotonic())
            seconds, steps = course.measured()
            if not said and steps >= _SURE_STEPS and seconds > _SURE_SECONDS:
                said, left = True, course.seconds_left(time.monotonic())
                draw.say(first_words(time.monotonic() - begun + (left or 0.0)))
            draw.update(unit, news)

        yield hear


class _CourseLog:
    """Lines: one as each unit ends, and one now and then."""

    def __init__(self, course: Course):
        self._course, self._last = course, time.monotonic()

    def say(self, words: str) -> None:
        print(words, file=sys.stderr, flush=True)

    def update(self, unit: Any, news: News) -> None:
        now = time.monotonic()
        if news.ended or now - self._last > LOG_SECONDS:
            self._last, left = now, self._course.seconds_left(now)
            at = "done" if news.ended else f"step {news.step}"
            words = "" if left is None else f", {in_words(left)} left"
            self.say(f"{unit.title}: {at}; {self._course.share():.0%} of all{words}")


class _CourseBar:
    """A bar on a terminal."""

    def __init__(self, course: Course, progress: Progress):
        self._course, self._progress, self._last = course, progress, 0.0
        self._task = progress.add_task("", total=1.0, left="", loss="-")

    def say(self, words: str) -> None:
        self._progress.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def update(self, unit: Any, news: News) -> None:
        now = time.monotonic()
        if now - self._last < BAR_SECONDS:
            return
        self._last, left = now, self._course.seconds_left(now)
        shown: dict[str, Any] = {"completed": self._course.share(), "left": "" if left is None else in_words(left)}
        if news.loss is not None:
            shown["loss"] = f"{news.loss:.2e}"
        self._progress.update(self._task, description=unit.title, **shown)


@contextmanager
def _course_log(course: Course) -> Iterator[_CourseLog]:
    yield _CourseLog(course)


@contextmanager
def _course_bar(course: Course) -> Iterator[_CourseBar]:
    columns = (
        TextColumn("{task.description:>12}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left {task.fields[left]} loss {task.fields[loss]}"),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        yield _CourseBar(course, progress)


def in_words(seconds: float) -> str:
    """Return a duration for people: seconds up to two minutes, minutes up to two hours, hours beyond."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"
