"""Units of work that belong together, as the fits of one image do: made one after another or side by side."""

from collections import Counter
from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Protocol, TypeVar

from paddle_dip.runs.course import News
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.parallel import Titled, run_parallel


class Sized(Titled, Protocol):
    """A unit of work that knows how much work it is."""

    @property
    def size(self) -> int:
        """What grows with the work."""


G = TypeVar("G", bound=Hashable)


def run_groups(
    groups: Sequence[tuple[G, Sequence[Sized]]],
    at_a_time: int,
    *,
    work: Callable[..., Any],
    interrupted: Interrupted,
    heard: Callable[[Any, News], None] | None = None,
) -> Generator[G, None, None]:
    """Yield each group when all its units are made, those without any first.

    work: see `run_parallel`. heard: called with each unit and News of it; `work` then gets an argument `tell` to send them. One at
    a time they are made here, in order; several in processes, the largest first: no core idles long at the end. Raises what
    `run_parallel` does.
    """

    def begin(unit: Sized) -> None:
        if heard:
            heard(unit, News())

    def end(unit: Sized) -> None:
        if heard:
            heard(unit, News(ended=True))

    if at_a_time == 1:
        for group, units in groups:
            for unit in units:
                begin(unit)
                work(unit, interrupted=interrupted, **({"tell": partial(heard, unit)} if heard else {}))
                end(unit)
            yield group
        return
    left = Counter({group: len(units) for group, units in groups})
    yield from (group for group, count in left.items() if not count)
    owners = {id(unit): group for group, units in groups for unit in units}
    largest_first = sorted((unit for _, units in groups for unit in units), key=lambda unit: -unit.size)
    made = run_parallel(largest_first, at_a_time, work=work, interrupted=interrupted, begun=begin, heard=heard)
    with closing(made):
        for unit, _ in made:
            end(unit)
            group = owners[id(unit)]
            left[group] -= 1
            if not left[group]:
                yield group
