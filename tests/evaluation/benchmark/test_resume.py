"""A run that is killed, at any moment, goes on to the same bits."""

import random
import signal

import pytest

from tests.evaluation.benchmark.runs import finish, outcome, pictures, start, wait_for_work


@pytest.fixture
def images(tmp_path):
    return pictures(tmp_path / "images")


@pytest.mark.parametrize("kills", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_killed_runs_end_in_the_same_bits(images, tmp_path, kills):
    whole = finish(images, tmp_path / "whole")
    random.seed(0)
    for _ in range(kills):
        process = start(images, tmp_path / "killed")
        wait_for_work(tmp_path / "killed", process, random.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    resumed = finish(images, tmp_path / "killed")
    assert max(row.resumed_at_step for row in resumed) > 0
    assert all(row.resumed_at_step == 0 for row in whole)
    assert [row.psnr_y for row in resumed] == [row.psnr_y for row in whole]
    assert outcome(tmp_path / "killed") == outcome(tmp_path / "whole")


@pytest.mark.slow  # by default test_jobs.py has both signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_can_go_on(images, tmp_path, number):
    process = start(images, tmp_path / "out")
    wait_for_work(tmp_path / "out", process, 0.0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number and "interrupted" in errors and "Traceback" not in errors
    rows = finish(images, tmp_path / "out")
    assert max(row.resumed_at_step for row in rows) > 0
    assert [row.psnr_y for row in rows] == [row.psnr_y for row in finish(images, tmp_path / "whole")]
