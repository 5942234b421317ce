"""Several units of work at a time: handed to an executor, followed, and tried again where a worker died."""

import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from paddle_dip.runs.claim import TAKEN, is_free
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.worker import WorkerDied, this_worker
from paddle_dip.runs.workers import Workers

TRIES = 3  # of a unit whose worker died, beside the first: it goes on from its checkpoint
_GLANCE_SECONDS = 0.5  # between looks at whether an interrupt came
_BEGUN, _ENDED, _TOLD, _NOTHING = "begun", "ended", "told", "nothing"


class Titled(Protocol):
    """A unit of work, or what one is made of in its process: it can be pickled."""

    @property
    def title(self) -> str:
        """What to call it."""


U = TypeVar("U", bound=Titled)


def run_parallel(
    units: Sequence[U],
    workers: Workers,
    *,
    work: Callable[..., Any],
    interrupted: Interrupted = lambda: 0,
    begun: Callable[[U], None] = lambda unit: None,
    heard: Callable[[U, Any], None] | None = None,
) -> Generator[tuple[U, Any], None, None]:
    """Yield each unit and what work(unit, interrupted=...) returned, as they end; they are begun in order: put the largest first.

    work: as `run_unit` with a fit, importable by name or a `partial` of such; it returns what can be pickled, and ends with
    KeyboardInterrupt, its checkpoint written, when `interrupted` says so. A unit of which it returns TAKEN is tried again when it
    is free. begun: called with each unit as it is begun. heard: where given, `work` gets an argument `tell`, and `heard` is called
    with the unit and with what it tells, now and then.
    Raises KeyboardInterrupt when `interrupted` says so; what `work` raises; WorkerDied where a unit's workers died again and again.
    The other workers are told to end then, and waited for.
    """
    course = _Course(workers, partial(_attempt, work, heard is not None))
    try:
        for unit in units:
            course.submit(unit)
        while course.goes_on():
            if interrupted():
                raise KeyboardInterrupt
            course.take_up_free()
            unit, what, words = course.next_event()
            if what == _BEGUN:
                begun(unit)
            elif what == _TOLD and heard is not None:
                heard(unit, words)
            elif what == _ENDED:
                yield unit, words
    finally:
        course.executor.shutdown(cancel_futures=True)


class _Course:
    """Where the units of a run are: at work in the executor, or taken by other processes, and how often a worker of each died."""

    def __init__(self, workers: Workers, attempt: Callable[[Any], Any]):
        self._attempt = attempt
        self._events: SimpleQueue[tuple[Future, str, Any]] = SimpleQueue()  # from the executor's threads to this one
        self.executor = workers.started(
            begun=lambda future: self._events.put((future, _BEGUN, None)),
            told=lambda future, words: self._events.put((future, _TOLD, words)),
        )
        self._at_work: dict[Future, Any] = {}
        self._taken: list[Any] = []  # units that can be claimed
        self._deaths: Counter[int] = Counter()

    def goes_on(self) -> bool:
        return bool(self._at_work or self._taken)

    def submit(self, unit: Any) -> None:
        future = self.executor.submit(self._attempt, unit)
        self._at_work[future] = unit
        future.add_done_callback(lambda ended: self._events.put((ended, _ENDED, None)))

    def take_up_free(self) -> None:
        """Submit what others were at, and aren't any more."""
        was_taken, self._taken = self._taken, []
        for unit in was_taken:
            self.submit(unit) if is_free(unit) else self._taken.append(unit)

    def next_event(self) -> tuple[Any, str, Any]:
        """Return a unit, what there is of it and its words, of _ENDED its result; _NOTHING after a moment without.

        One whose worker died is submitted again; raises WorkerDied where that has been done often enough, and what the work raised.
        """
        try:
            future, what, words = self._events.get(timeout=_GLANCE_SECONDS)
        except Empty:
            return None, _NOTHING, None
        if future not in self._at_work:  # heard late, of one that has ended
            return None, _NOTHING, None
        if what != _ENDED:
            return self._at_work[future], what, words
        unit = self._at_work.pop(future)
        try:
            result = future.result()
        except WorkerDied as death:
            self._deaths[id(unit)] += 1
            _tell_death(unit, death, self._deaths[id(unit)])
            self.submit(unit)
            return unit, _NOTHING, None
        if result is TAKEN:
            self._taken.append(unit)
            return unit, _NOTHING, None
        return unit, _ENDED, result


def _attempt(work: Callable[..., Any], telling: bool, unit: Titled) -> Any:
    """Return what `work` does of a unit, in the worker."""
    here = this_worker()
    return work(unit, interrupted=here.interrupted, **({"tell": here.tell} if telling else {}))


def _tell_death(unit: Titled, death: WorkerDied, deaths: int) -> None:
    """Say that a unit is tried again; raises WorkerDied where that has been done often enough."""
    if deaths > TRIES:
        way = "go on with --resume when more memory is free, or without --max-memory with fewer --jobs"
        raise WorkerDied(f"the fit of {unit.title} failed {deaths} times, {death}: {way}")
    print(f"{unit.title}: {death}; it goes on from its checkpoint, try {deaths + 1} of {TRIES + 1}", file=sys.stderr, flush=True)
