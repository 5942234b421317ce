"""In a log: how long all takes, once, then a line as each unit ends, with the share done and the time left."""

from dataclasses import dataclass
from types import SimpleNamespace

from paddle_dip.runs import course_line
from paddle_dip.runs.course import Course, News, Work
from paddle_dip.runs.course_line import course_shown, in_words


@dataclass(frozen=True)
class Item:
    title: str


def test_a_log_says_how_long_all_takes_once_and_where_it_is(monkeypatch, capsys):
    now = [0.0]
    monkeypatch.setattr(course_line, "time", SimpleNamespace(monotonic=lambda: now[0]))
    items = [Item("a.png"), Item("b.png, tile 1 of 2"), Item("b.png, tile 2 of 2")]
    with course_shown(Course({item: Work(10, 1.0) for item in items}), "about {:.0f} s".format) as hear:
        for item in items:
            hear(item, News())
            for step in range(1, 11):
                now[0] += 1
                hear(item, News(step, 0.5))
            hear(item, News(ended=True))
    assert capsys.readouterr().err.splitlines() == [
        "about 30 s",
        "a.png: done; 33% of all, 20 s left",
        "b.png, tile 1 of 2: done; 67% of all, 10 s left",
        "b.png, tile 2 of 2: done; 100% of all, 0 s left",
    ]


def test_durations_are_told_as_people_count():
    assert [in_words(seconds) for seconds in (7.4, 119, 120, 5400, 7200)] == [
        "7 s",
        "119 s",
        "2 minutes",
        "90 minutes",
        "2.0 hours",
    ]
