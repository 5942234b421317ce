"""The benchmark on a Ray cluster of this machine: a worker killed in mid-unit, and two runs in one folder."""

import os
import signal
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from paddle_dip.report.results import read_rows
from tests.evaluation.benchmark.runs import finish, outcome, pictures, start

pytestmark = [pytest.mark.ray, pytest.mark.skipif(not find_spec("ray"), reason="needs Ray: pip install 'ray>=2.40,<3'")]
RAY = ("--executor", "ray")


@pytest.fixture
def images(tmp_path):
    return pictures(tmp_path / "images")


@pytest.fixture(autouse=True)
def ray_gives_no_way(monkeypatch):
    monkeypatch.setenv("RAY_worker_niceness", "0")  # by itself Ray gives way to all else on the machine


def at_work(out) -> dict[Path, int]:
    """Return the processes that have claimed units, by the units' checkpoints."""
    found = {path.with_suffix(".npz"): path.read_text().split() for path in out.glob("checkpoints/*.lock")}
    return {checkpoint: int(words[1]) for checkpoint, words in found.items() if len(words) == 2}


def wait_for_claims(out, process) -> list[int]:
    """Return the processes that have left checkpoints of the units that they are at, as soon as there is one."""
    deadline = time.monotonic() + 400
    while process.poll() is None and time.monotonic() < deadline:
        if found := [process for checkpoint, process in at_work(out).items() if checkpoint.exists()]:
            return found
        time.sleep(0.02)
    raise AssertionError(process.communicate(timeout=60)[1])


def test_a_worker_killed_in_mid_unit_loses_nothing_and_makes_nothing_twice(images, tmp_path):
    out, whole = tmp_path / "out", tmp_path / "whole"
    process = start(images, out, *RAY)
    killed = wait_for_claims(out, process)
    os.kill(killed[0], signal.SIGKILL)
    _, errors = process.communicate(timeout=500)
    assert process.returncode == 0 and "it goes on from its checkpoint, try 2 of 4" in errors, errors
    rows = read_rows(out / "results.csv")
    local = finish(images, whole)
    assert [(row.image, row.psnr_y) for row in rows] == [(row.image, row.psnr_y) for row in local]
    assert max(row.resumed_at_step for row in rows) > 0 and outcome(out) == outcome(whole)


def test_interrupted_every_unit_writes_its_checkpoint(images, tmp_path):
    out = tmp_path / "out"
    process = start(images, out, *RAY)
    wait_for_claims(out, process)
    sent = time.time_ns()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 143 and "interrupted" in errors.splitlines()[-1], errors
    assert min(path.stat().st_mtime_ns for path in out.glob("checkpoints/*.npz")) > sent and not at_work(out)
