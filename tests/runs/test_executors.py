"""The executors keep the contract of concurrent.futures: on this machine's processes, and on Ray where it is installed."""

import os
import time
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from paddle_dip.errors import InputError
from paddle_dip.runs.claim import claimed
from paddle_dip.runs.groups import run_groups
from paddle_dip.runs.parallel import TRIES, run_parallel
from paddle_dip.runs.worker import WorkerDied
from paddle_dip.runs.workers import Workers, checked
from tests.runs.executors import Elsewhere, Note, die, make_nothing, tell_and_return, wait_for_the_end, write_note

RAY = pytest.mark.skipif(not find_spec("ray"), reason="needs Ray: pip install 'ray>=2.40,<3'")


@pytest.fixture(params=["local", pytest.param("ray", marks=[RAY, pytest.mark.ray])])
def workers(request, monkeypatch) -> Workers:
    if request.param == "ray":
        monkeypatch.setenv("RAY_worker_niceness", "0")  # by itself Ray gives way to all else on the machine
        return Workers(1, "ray")
    return Workers(2)


def nothing(*heard) -> None:
    """Hear, and do nothing."""


def test_calls_are_made_and_what_they_tell_is_heard(workers):
    begun, told = [], []
    with workers.started(begun=begun.append, told=lambda future, words: told.append((future, words))) as executor:
        futures = [executor.submit(tell_and_return, value) for value in range(3)]
        raised = executor.submit(divmod, 1, 0)
        assert all(isinstance(future, Future) for future in futures)
        assert [future.result(timeout=240) for future in futures] == [0, 1, 2]
        with pytest.raises(ZeroDivisionError):
            raised.result(timeout=240)
        assert list(executor.map(pow, [2, 3], [3, 2])) == [8, 9]
        deadline = time.monotonic() + 60
        while len(told) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert sorted(words for _, words in told) == [("told", 0), ("told", 1), ("told", 2)]
    assert {words[1] for future, words in told if future is futures[1]} == {1} and set(futures) <= set(begun)


def test_a_death_is_told_of_its_own_call_only(workers):
    with workers.started(begun=nothing, told=nothing) as executor:
        dying, living = executor.submit(die), executor.submit(pow, 2, 3)
        assert living.result(timeout=240) == 8
        with pytest.raises(WorkerDied):
            dying.result(timeout=240)


def test_shut_down_it_lets_what_is_at_work_end_in_order(workers, tmp_path):
    executor = workers.started(begun=nothing, told=nothing)
    executor.submit(wait_for_the_end, tmp_path / "a")
    deadline = time.monotonic() + 120
    while not (tmp_path / "a.begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)  # Ray's word that it has begun comes a little later
    executor.shutdown(cancel_futures=True)
    assert (tmp_path / "a").read_text() == "ended in order"


def test_a_unit_whose_worker_dies_is_tried_again(workers, tmp_path, capfd):
    units = [Note("a", tmp_path, deaths=2), Note("b", tmp_path)]
    assert sorted(dict(run_parallel(units, workers, work=write_note)).values()) == ["a", "b"]
    assert (tmp_path / "a.begun").read_text() == "xxx" and (tmp_path / "b.begun").read_text() == "x"
    said = capfd.readouterr().err
    assert said.count("a: ") >= 2 and f"it goes on from its checkpoint, try 3 of {TRIES + 1}" in said


def test_one_that_dies_again_and_again_ends_the_run_in_words(workers, tmp_path):
    with pytest.raises(WorkerDied, match="the fit of a failed 4 times.*go on with --resume"):
        list(run_parallel([Note("a", tmp_path, deaths=9)], workers, work=write_note))


@pytest.mark.parametrize("jobs", [1, 2])
def test_two_runs_in_one_folder_make_each_unit_once(tmp_path, jobs):
    """The second run is begun while the first is at work; each waits for what the other is at."""
    units = [Note(name, tmp_path, pause=0.3) for name in "abcdef"]
    how = {"work": write_note, "interrupted": lambda: 0}
    other = run_groups([("other", units)], Workers(2), **how)
    with ThreadPoolExecutor() as threads:
        second = threads.submit(list, run_groups([("second", units)], Workers(jobs), **how))
        assert list(other) == ["other"] and second.result(timeout=240) == ["second"]
    assert [(tmp_path / f"{name}.txt").read_text() for name in "abcdef"] == list("abcdef")
    assert [(tmp_path / f"{name}.begun").read_text() for name in "abcdef"] == ["x"] * 6
    assert not list(tmp_path.glob("*.lock"))


def test_a_claim_ends_with_its_process(tmp_path):
    unit = Note("a", tmp_path, deaths=1)
    assert list(run_groups([("all", [unit])], Workers(2), work=write_note, interrupted=lambda: 0)) == ["all"]
    assert (tmp_path / "a.begun").read_text() == "xx" and not (tmp_path / "a.lock").exists()


def test_a_lock_that_cannot_be_removed_while_it_is_open_is_no_fault(tmp_path, monkeypatch):
    """As on Windows."""

    def unlink(path, missing_ok=False):
        raise PermissionError(13, "in use", str(path))

    monkeypatch.setattr(Path, "unlink", unlink)
    unit = Note("a", tmp_path)
    assert claimed(unit, work=write_note, interrupted=lambda: 0) and unit.is_made()


@pytest.mark.parametrize("ended", [True, False])
def test_files_that_another_process_removed_are_missing_only_where_the_unit_is_not_made(tmp_path, ended):
    unit = Note("a", tmp_path)

    def work(unit):
        if ended:
            unit.made.write_text("by another")
        raise FileNotFoundError(unit.folder / "removed")

    if ended:
        assert claimed(unit, work=work) is None
    else:
        with pytest.raises(FileNotFoundError):
            claimed(unit, work=work)


def test_a_unit_of_which_more_is_left_to_make_is_over_with_its_work(tmp_path):
    unit = Note("a", tmp_path)
    assert list(run_groups([("all", [unit])], Workers(2), work=make_nothing, interrupted=lambda: 0)) == ["all"]
    assert not unit.is_made()


def test_a_worker_without_the_folder_is_told_of(tmp_path):
    unit = Elsewhere("a", tmp_path, home=os.getpid())
    with pytest.raises(InputError, match=f"a: its worker has no {tmp_path}, which all machines must have"):
        list(run_groups([("all", [unit])], Workers(2), work=write_note, interrupted=lambda: 0))


def test_the_largest_are_begun_first(tmp_path):
    begun, units = [], [Note(name, tmp_path) for name in ("a", "aaa", "aa")]
    heard = lambda unit, news: news.step or news.ended or begun.append(unit.title)  # noqa: E731
    list(run_groups([("all", units)], Workers(2), work=write_note, interrupted=lambda: 0, heard=heard))
    assert begun == ["aaa", "aa", "a"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Workers(executor="slurm"), "--executor must be one of local, ray"),
        (Workers(ray_address="auto"), "belong to --executor ray"),
        (Workers(cpus_per_task=2), "belong to --executor ray"),
        (Workers(2, "ray"), "--jobs belongs to --executor local"),
        (Workers(1, "ray", cpus_per_task=0), "--cpus-per-task must be at least 1"),
        (Workers(1, "ray", gpus_per_task=-1), "--gpus-per-task must be at least 0"),
    ],
)
def test_what_does_not_go_together_is_refused(asked, words):
    with pytest.raises(ValueError, match=words):
        checked(asked)
