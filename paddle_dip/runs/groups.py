"""Units of work that belong together, as the fits of one image do: made one after another or side by side."""

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Protocol, TypeVar

from paddle_dip.errors import InputError
from paddle_dip.runs.claim import GONE, TAKEN, Claimed, claimed, is_free
from paddle_dip.runs.course import News
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.parallel import Titled, run_parallel
from paddle_dip.runs.workers import Workers

_GLANCE_SECONDS = 0.5  # between looks at whether another process has left a unit


class GroupUnit(Titled, Claimed, Protocol):
    """A unit of work that can be claimed and knows how much work it is."""

    @property
    def size(self) -> int:
        """What grows with the work."""


G = TypeVar("G", bound=Hashable)


def run_groups(
    groups: Sequence[tuple[G, Sequence[GroupUnit]]],
    workers: Workers,
    *,
    work: Callable[..., Any],
    interrupted: Interrupted,
    heard: Callable[[Any, News], None] | None = None,
) -> Generator[G, None, None]:
    """Yield each group when all its units are made, here or by another run in the same folder, those without any first.

    work: see `run_parallel`. heard: called with each unit and News of it; `work` then gets an argument `tell` to send them. One at
    a time they are made here, in order; several by an executor, the largest first: no core idles long at the end. Raises what
    `run_parallel` does.
    """

    def begin(unit: GroupUnit) -> None:
        if heard:
            heard(unit, News())

    make = partial(claimed, work=work)
    if workers.here:
        made = _made_here(groups, make, begin, interrupted, heard)
    else:
        largest_first = sorted((unit for _, units in groups for unit in units), key=lambda unit: -unit.size)
        made = _made_by(workers, largest_first, work=make, interrupted=interrupted, begun=begin, heard=heard)
    left = Counter({group: len(units) for group, units in groups})
    yield from (group for group, count in left.items() if not count)
    owners = {id(unit): group for group, units in groups for unit in units}
    with closing(made):
        for unit in made:
            if heard:
                heard(unit, News(ended=True))
            group = owners[id(unit)]
            left[group] -= 1
            if not left[group]:
                yield group


def _made_by(workers: Workers, units: Sequence[GroupUnit], **how: Any) -> Generator[GroupUnit, None, None]:
    with closing(run_parallel(units, workers, **how)) as made:
        for unit, result in made:
            if result is GONE and unit.claim.parent.exists():
                raise InputError(f"{unit.title}: its worker has no {unit.claim.parent}, which all machines must have at this place")
            yield unit


def _made_here(
    groups: Sequence[tuple[G, Sequence[GroupUnit]]],
    make: Callable,
    begin: Callable,
    interrupted: Interrupted,
    heard: Callable | None,
) -> Generator[GroupUnit, None, None]:
    """Yield each unit as it is made, those that other processes are at when they are free."""
    left = deque(unit for _, units in groups for unit in units)
    passed = 0  # over, one after another, because they aren't free
    while left:
        unit = left.popleft()
        begin(unit)
        if make(unit, interrupted=interrupted, **({"tell": partial(heard, unit)} if heard else {})) is not TAKEN:
            passed = 0
            yield unit
            continue
        left.append(unit)
        passed += 1
        while passed >= len(left) and not any(map(is_free, left)):
            if interrupted():
                raise KeyboardInterrupt
            time.sleep(_GLANCE_SECONDS)
