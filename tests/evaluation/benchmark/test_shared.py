"""Two runs of the benchmark in one folder: each unit is made once, whichever run is killed, and both end with the whole table."""

import signal

import pytest

from tests.evaluation.benchmark.runs import STEPS, finish, outcome, pictures, start, wait_for_work

SHARED = ("--shared", "--set", "members=3")


@pytest.fixture
def images(tmp_path):
    return pictures(tmp_path / "images")


@pytest.mark.slow
@pytest.mark.parametrize("killed", [None, 0, 1])
def test_two_runs_share_the_work(images, tmp_path, killed):
    out, whole = tmp_path / "out", tmp_path / "whole"
    runs = [start(images, out, *SHARED[1:])]  # that another will help isn't known to it
    wait_for_work(out, runs[0], 0.0)
    runs.append(start(images, out, *SHARED))
    wait_for_work(out, runs[1], 0.0, fits=2)
    if killed is not None:
        runs[killed].send_signal(signal.SIGKILL)
    told = [process.communicate(timeout=900)[1] for process in runs]
    codes = [-signal.SIGKILL if number == killed else 0 for number in range(2)]
    assert [process.returncode for process in runs] == codes, told
    steps = sum(text.count(f": step {STEPS}/{STEPS}") for text in told)
    assert steps <= 6 and (killed is not None or steps == 6)  # of 2 images with 3 fits each
    rows = finish(images, out, *SHARED)
    undisturbed = finish(images, whole, "--set", "members=3")
    assert [(row.image, row.seed, row.psnr_y) for row in rows] == [(row.image, row.seed, row.psnr_y) for row in undisturbed]
    assert outcome(out) == outcome(whole)
