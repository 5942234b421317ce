"""Workers are copies of a process that has Paddle loaded, where that is safe, and work with what this one works with."""

import os
import sys

import pytest

from paddle_dip.runs import start_method
from paddle_dip.runs.process_executor import ProcessExecutor
from paddle_dip.runs.start_method import process_context

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")


def what_it_finds() -> tuple[str | None, bool]:
    return os.environ.get("SAID_LATER"), "paddle" in sys.modules


@LINUX
def test_a_copy_has_paddle_loaded_and_the_environment_of_now(monkeypatch):
    with ProcessExecutor(1) as executor:
        executor.submit(what_it_finds).result()
        monkeypatch.setenv("SAID_LATER", "here")
        assert executor.submit(what_it_finds).result() == ("here", True)


@LINUX
def test_where_a_copy_would_be_wrong_a_process_begins_anew(monkeypatch, tmp_path):
    assert process_context("cpu").get_start_method() == "forkserver"
    assert process_context("gpu:0").get_start_method() == "spawn"
    with monkeypatch.context() as changed:
        changed.setattr(start_method, "thread_count", lambda: 7)
        assert process_context("cpu").get_start_method() == "spawn"
    (tmp_path / "paddle_dip").mkdir()  # what a process of another checkout would load first
    monkeypatch.chdir(tmp_path)
    assert process_context("cpu").get_start_method() == "spawn"


def test_the_package_is_named_first_while_the_copied_process_begins_and_not_after(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    with start_method._this_package_first():
        first, second = os.environ["PYTHONPATH"].split(os.pathsep)
        assert os.path.samefile(first, start_method._PACKAGE.parent) and second == "elsewhere"
    assert os.environ["PYTHONPATH"] == "elsewhere"
