"""Where a set of units of work is, and how long the rest of it takes: from what has been measured, without asking a clock."""

import heapq
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class News:
    """What is heard of a unit: as it is, that it has begun; after `step` steps, with the loss where it was asked; that it ended."""

    step: int = 0
    loss: float | None = None
    ended: bool = False


@dataclass(frozen=True)
class Work:
    """How much work a unit is. step_cost: of one step, in any unit that is the same for all; steps: at most."""

    steps: int
    step_cost: float

    @property
    def whole(self) -> float:
        """The cost of all its steps."""
        return self.steps * self.step_cost


@dataclass
class _Way:
    """Where a unit is: (seconds, step) when it was first and last heard of, and the seconds at which it began and ended."""

    begun: float
    first: tuple[float, int] | None = None
    last: tuple[float, int] | None = None
    ended: float | None = None


class Course:
    """Follows units of work, of which `at_a_time` are made side by side, in the order of `works`; seconds: of any clock.

    A unit takes what the others took up to their first step (loading, building) and after their last (finishing), on average, and
    for each other step what a step's cost took so far.
    """

    def __init__(self, works: Mapping[Hashable, Work], at_a_time: int = 1):
        self._works, self._at_a_time = works, at_a_time
        self._ways: dict[Hashable, _Way] = {}

    def hear(self, unit: Hashable, news: News, seconds: float) -> None:
        """Take in what is heard of a unit."""
        way = self._ways.setdefault(unit, _Way(seconds))
        if news.ended:
            way.ended = seconds
        elif news.step:
            way.first = way.first or (seconds, news.step)
            way.last = (seconds, news.step)

    def share(self) -> float:
        """Return which share of the work is done, from 0 to 1."""
        whole = sum(work.whole for work in self._works.values())
        done = sum(self._steps_done(unit) * work.step_cost for unit, work in self._works.items())
        return done / whole if whole else 1.0

    def measured(self) -> tuple[float, int]:
        """Return for how many seconds, and how many steps, fits have been watched at work."""
        spans = [(way.last[0] - way.first[0], way.last[1] - way.first[1]) for way in self._ways.values() if way.first and way.last]
        return sum(seconds for seconds, _ in spans), sum(steps for _, steps in spans)

    def seconds_left(self, now: float) -> float | None:
        """Return how many seconds the rest takes, None before anything has been measured."""
        seconds, steps = self.measured()
        if not steps:
            return None
        cost = sum(
            (way.last[1] - way.first[1]) * self._works[unit].step_cost for unit, way in self._ways.items() if way.first and way.last
        )
        before, after = self._around()
        free = [0.0] * self._at_a_time
        running = [unit for unit, way in self._ways.items() if way.ended is None]
        for unit in (*running, *(unit for unit in self._works if unit not in self._ways)):
            work, way = self._works[unit], self._ways.get(unit)
            unheard = way is None or way.last is None
            steps_left = work.steps - (1 if unheard else self._steps_done(unit))
            needed = steps_left * work.step_cost * seconds / cost + after + (before if unheard else 0.0)
            since = 0.0 if way is None else now - (way.last[0] if way.last else way.begun)
            heapq.heapreplace(free, free[0] + max(needed - since, 0.0))
        return max(free)

    def _around(self) -> tuple[float, float]:
        """Return the mean seconds that a unit takes up to its first step and after its last."""
        before = [way.first[0] - way.begun for way in self._ways.values() if way.first]
        after = [way.ended - way.last[0] for way in self._ways.values() if way.ended is not None and way.last]
        return sum(before) / max(len(before), 1), sum(after) / max(len(after), 1)

    def _steps_done(self, unit: Hashable) -> int:
        way = self._ways.get(unit)
        if way is None:
            return 0
        return self._works[unit].steps if way.ended is not None else (way.last[1] if way.last else 0)
