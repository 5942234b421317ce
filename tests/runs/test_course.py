"""The time left, told from synthetic times: within a fifth of what it takes, once a tenth of the work is done."""

import random

import pytest

from paddle_dip.runs.course import Course, News, Work


def events(works: dict, at_a_time: int, *, before: float, rate: float, after: float, jitter: float) -> list:
    """Return (seconds, unit, news) of units made side by side in order; a step takes rate * cost, give or take the jitter."""
    draw, free, found = random.Random(0), [0.0] * at_a_time, []
    for unit, work in works.items():
        now = free.pop(free.index(min(free)))
        found.append((now, unit, News()))
        now += before * draw.uniform(1 - jitter, 1 + jitter)
        for step in range(1, work.steps + 1):
            renewal = 8 if step % 20 == 1 else 1  # SOAP's bases
            now += rate * (work.step_cost + 0.1 * renewal) * draw.uniform(1 - jitter, 1 + jitter)
            found.append((now, unit, News(step, 0.1)))
        now += after * draw.uniform(1 - jitter, 1 + jitter)
        found.append((now, unit, News(ended=True)))
        free.append(now)
    return sorted(found, key=lambda event: event[0])


MANY = {f"tile {n}": Work(500, 1.0) for n in range(12)}
PHOTOS = {f"tile {n} of {size}": Work(360, size) for size in (4.0, 2.0, 1.0) for n in range(3)}


@pytest.mark.parametrize("at_a_time", [1, 2, 5])
@pytest.mark.parametrize("works", [MANY, PHOTOS, {"one": Work(500, 2.0)}], ids=["tiles", "photos", "one"])
@pytest.mark.parametrize(("before", "after"), [(0.0, 0.0), (5.0, 8.0)])
def test_the_time_left_is_within_a_fifth_once_a_tenth_is_done(works, at_a_time, before, after):
    told = events(works, at_a_time, before=before, rate=0.5, after=after, jitter=0.3)
    course, end, looked = Course(works, at_a_time), told[-1][0], 0
    for seconds, unit, news in told:
        course.hear(unit, news, seconds)
        if seconds > 0.1 * end and course.share() >= 0.1 and seconds < 0.95 * end:
            assert course.seconds_left(seconds) == pytest.approx(end - seconds, rel=0.2, abs=0.02 * end)
            looked += 1
    assert looked > 100 and course.share() == 1 and course.seconds_left(end) == 0


def test_a_resumed_unit_counts_what_is_left_of_it():
    course = Course({"a": Work(100, 1.0), "b": Work(100, 1.0)})
    course.hear("a", News(), 0)
    for step in range(80, 91):
        course.hear("a", News(step), 10 + step - 80)
    assert course.share() == pytest.approx(0.45)
    assert course.seconds_left(20) == pytest.approx(10 + 10 + 99)


def test_nothing_is_told_before_anything_is_measured():
    course = Course({"a": Work(100, 1.0)})
    assert course.seconds_left(0) is None
    course.hear("a", News(), 0)
    course.hear("a", News(1), 3)
    assert course.seconds_left(3) is None and course.measured() == (0, 0)


def test_a_unit_without_a_fit_ends_at_once():
    course = Course({"a": Work(10, 1.0), "b": Work(10, 1.0)})
    for step in range(1, 11):
        course.hear("a", News(step), step)
    course.hear("a", News(ended=True), 10)
    course.hear("b", News(), 10)
    course.hear("b", News(ended=True), 10)
    assert course.share() == 1 and course.seconds_left(10) == 0
