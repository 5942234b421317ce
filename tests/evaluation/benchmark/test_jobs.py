"""Several fits at a time: the same bits as one after another, and nothing lost or left behind when they are cut off."""

import os
import signal
import time
from pathlib import Path

import pytest

from paddle_dip.runs.checkpoint import before
from tests.evaluation.benchmark.runs import finish, outcome, pictures, start, wait_for_work
from tests.processes import workers

SEVERAL = ("--jobs", "2", "--set", "members=2")
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc which processes there are")


@pytest.fixture
def images(tmp_path):
    return pictures(tmp_path / "images")


@pytest.fixture
def begun(images, tmp_path):
    """A run whose two first fits are at work."""
    process = start(images, tmp_path / "out", *SEVERAL)
    wait_for_work(tmp_path / "out", process, 0.0, fits=2)
    yield process
    process.kill()


def running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def assert_ended(pids: list[int]) -> None:
    deadline = time.monotonic() + 60
    while any(map(running, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(pids) == 2 and not any(map(running, pids))


def assert_goes_on_to_the_same_bits(images, tmp_path) -> None:
    rows = finish(images, tmp_path / "out", *SEVERAL)
    whole = finish(images, tmp_path / "whole", "--set", "members=2")
    assert max(row.resumed_at_step for row in rows) > 0
    assert [(row.image, row.seed, row.psnr_y) for row in rows] == [(row.image, row.seed, row.psnr_y) for row in whole]
    assert outcome(tmp_path / "out") == outcome(tmp_path / "whole")


SLOW = pytest.mark.slow
WAYS = [(os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT)]  # as a service is ended, and by Ctrl-C
OTHERS = [(os.kill, signal.SIGINT), (os.killpg, signal.SIGTERM)]


@pytest.mark.parametrize(("send", "number"), [*WAYS, *(pytest.param(*other, marks=SLOW) for other in OTHERS)])
def test_told_to_end_every_fit_writes_its_checkpoint(begun, tmp_path, send, number):
    pids, sent = workers(begun.pid), time.time_ns()
    send(begun.pid, number)
    _, errors = begun.communicate(timeout=60)
    assert begun.returncode == 128 + number and "interrupted" in errors and "Traceback" not in errors
    assert_ended(pids)
    written = [path.stat().st_mtime_ns for path in (tmp_path / "out" / "checkpoints").glob("*.npz")]
    assert len(written) == 2 and min(written) > sent


@SLOW
def test_interrupted_it_goes_on_to_the_same_bits(begun, images, tmp_path):
    begun.send_signal(signal.SIGTERM)
    begun.communicate(timeout=60)
    assert_goes_on_to_the_same_bits(images, tmp_path)


@SLOW  # tests/cli/test_photos.py and test_resume.py have kills by themselves
def test_killed_it_leaves_no_process_behind_and_goes_on_to_the_same_bits(begun, images, tmp_path):
    pids = workers(begun.pid)
    begun.kill()
    assert_ended(pids)
    assert_goes_on_to_the_same_bits(images, tmp_path)


@SLOW
def test_a_killed_fit_is_told_and_goes_on_to_the_same_bits(begun, images, tmp_path):
    os.kill(workers(begun.pid)[0], signal.SIGKILL)
    _, errors = begun.communicate(timeout=240)
    assert begun.returncode == 0 and "Traceback" not in errors, errors
    assert "was killed or ended by itself" in errors and "goes on from its checkpoint, try 2 of 4" in errors
    assert_goes_on_to_the_same_bits(images, tmp_path)


@SLOW
def test_what_a_fit_raises_ends_the_run(begun, images, tmp_path):
    begun.send_signal(signal.SIGTERM)
    begun.communicate(timeout=60)
    damaged = sorted((tmp_path / "out" / "checkpoints").glob("*.npz"))[0]
    damaged.write_bytes(b"no archive")
    before(damaged).unlink(missing_ok=True)
    again = start(images, tmp_path / "out", *SEVERAL)
    _, errors = again.communicate(timeout=120)
    assert again.returncode == 2 and damaged.name in errors and "damaged" in errors and "Traceback" not in errors
