"""Several units of work at a time: handed to an executor, followed, and tried again where a worker died."""

import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from paddle_dip.runs.claim import TAKEN, is_free
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.worker import WorkerDied, this_worker
from paddle_dip.runs.workers import Workers

TRIES = 3  # of a unit whose worker died, beside the first: it goes on from its checkpoint
_GLANCE_SECONDS = 0.5  # between looks at whether an interrupt came
_BEGUN, _ENDED, _TOLD = "begun", "ended", "told"


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
    events: SimpleQueue[tuple[Future, str, Any]] = SimpleQueue()  # from the executor's threads to this one
    executor = workers.started(
        begun=lambda future: events.put((future, _BEGUN, None)), told=lambda future, words: events.put((future, _TOLD, words))
    )
    at_work: dict[Future, U] = {}
    taken: list[Any] = []  # units that can be claimed
    deaths: Counter[int] = Counter()

    def submit(unit: U) -> None:
        future = executor.submit(_attempt, unit, work, telling=heard is not None)
        at_work[future] = unit
        future.add_done_callback(lambda ended: events.put((ended, _ENDED, None)))

    try:
        for unit in units:
            submit(unit)
        while at_work or taken:
            if interrupted():
                raise KeyboardInterrupt
            for unit in [taken.pop(0) for _ in range(len(taken))]:
                submit(unit) if is_free(unit) else taken.append(unit)
            try:
                future, what, words = events.get(timeout=_GLANCE_SECONDS)
            except Empty:
                continue
            if future not in at_work:  # heard late, of one that has ended
                continue
            unit = at_work[future]
            if what == _BEGUN:
                begun(unit)
            elif what == _TOLD and heard is not None:
                heard(unit, words)
            elif what == _ENDED:
                del at_work[future]
                try:
                    result = future.result()
                except WorkerDied as death:
                    deaths[id(unit)] += 1
                    _tell_death(unit, death, deaths[id(unit)])
                    submit(unit)
                    continue
                if result is TAKEN:
                    taken.append(unit)
                else:
                    yield unit, result
    finally:
        executor.shutdown(cancel_futures=True)


def _attempt(unit: Titled, work: Callable[..., Any], *, telling: bool) -> Any:
    """Return what `work` does of a unit, in the worker."""
    here = this_worker()
    return work(unit, interrupted=here.interrupted, **({"tell": here.tell} if telling else {}))


def _tell_death(unit: Titled, death: WorkerDied, deaths: int) -> None:
    """Say that a unit is tried again; raises WorkerDied where that has been done often enough."""
    if deaths > TRIES:
        raise WorkerDied(f"the fit of {unit.title} failed {deaths} times, {death}: go on with --resume, with fewer --jobs")
    print(f"{unit.title}: {death}; it goes on from its checkpoint, try {deaths + 1} of {TRIES + 1}", file=sys.stderr, flush=True)
