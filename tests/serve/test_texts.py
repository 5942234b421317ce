"""The page's words: the same in both languages, and what a job's words are."""

import re

import pytest

from paddle_dip.problem.task_table import TASKS
from paddle_dip.serve.jobs import JobView
from paddle_dip.serve.request import Request
from paddle_dip.serve.shown import announced, curve, status
from paddle_dip.serve.texts import TEXTS, language_of


def test_both_languages_say_the_same_things():
    assert TEXTS["en"].keys() == TEXTS["zh"].keys() and set(TASKS) <= TEXTS["en"].keys()
    for name, words in TEXTS["en"].items():
        assert re.findall(r"{(\w+)}", words) == re.findall(r"{(\w+)}", TEXTS["zh"][name])


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.9,zh;q=0.8", "en"), ("fr, zh-TW", "zh"), ("fr", "en"), ("", "en")],
)
def test_the_browser_s_language_is_taken_where_it_is_known(accepted, language):
    assert language_of(accepted) == language


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "queued", "ahead": 2}, "Waiting: number 2 in the queue."),
        ({"state": "running"}, "Beginning: the network is being set up; where that was never done before, for about a minute."),
        ({"state": "running", "step": 1, "steps": 9}, "Step 1 of 9."),
        ({"state": "running", "step": 2, "steps": 9, "left": 3.2}, "Step 2 of 9, about 4 s left."),
        ({"state": "running", "step": 2, "steps": 9, "left": 200.0}, "Step 2 of 9, about 4 min left."),
        ({"state": "stopped"}, "Stopped before it began."),
        ({"state": "stopped", "step": 7, "files": {"gif": "x.gif"}}, "Stopped at step 7. What there was is kept below."),
        ({"state": "failed", "message": "no {room}"}, "It failed: no {room}"),
    ],
)
def test_a_job_in_words(changes, words):
    assert status(JobView(request=Request("denoise", "a/x.png"), **changes), "en") == f"Remove noise, x.png. {words}"


def test_words_are_never_read_as_html():
    assert "<b>" not in announced("<b>photo</b>.png")


def test_the_curve_begins_with_the_second_point():
    view = JobView("running", Request("denoise", "x.png"), points=({"step": 1, "loss": 0.1},))
    assert curve(view) == ""
    more = JobView("running", view.request, points=(*view.points, {"step": 9, "loss": 0.01}))
    assert 'aria-label="loss: 1.0e-01 → 1.0e-02"' in curve(more) and curve(more).count("<svg") == 1
