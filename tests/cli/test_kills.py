"""Real processes, workers and coordinators, killed at random moments: nothing is lost, nothing is made with other bits."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_photos import CLI, photos, pictures, restore, start, wait_for_work, words  # noqa: F401  fixtures
from tests.conftest import ROOT, assert_refused
from tests.processes import workers

KILLS = 50
FEW = ("--steps", 4)
TWO = ("--jobs", 2, "--max-memory", 0.025)
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc which processes there are")


def kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def survive(photos, out, kills: dict[str, int], wanted: int) -> None:  # noqa: F811
    """Restore a folder, in as many goes as it takes, with workers and coordinators killed at random moments meanwhile."""
    while True:
        process = start(photos, out, "--resume", *TWO)
        while process.poll() is None and sum(kills.values()) < wanted:
            wait_for_work(out, process, random.uniform(0, 0.5))
            whom = random.choice(["worker", "worker", "worker", "coordinator"])
            found = workers(process.pid) if whom == "worker" else [process.pid]
            if process.poll() is None and found:
                kills[whom] += kill(random.choice(found))
            if whom == "coordinator":
                break
        _, errors = process.communicate(timeout=280)
        assert process.returncode in (0, -signal.SIGKILL) or "go on with --resume" in errors, errors
        if process.returncode == 0:
            return


@pytest.mark.slow
def test_workers_and_coordinators_killed_at_random_moments(photos, tmp_path, capsys):  # noqa: F811
    restore(photos, tmp_path / "whole")
    random.seed(19)
    kills, runs, begun = {"worker": 0, "coordinator": 0}, 0, time.monotonic()
    while sum(kills.values()) < KILLS:
        out, runs = tmp_path / f"killed_{runs}", runs + 1
        survive(photos, out, kills, KILLS)
        assert pictures(out) == pictures(tmp_path / "whole") and not out.with_name(f"{out.name}.work").exists()
    with capsys.disabled():
        told = ", ".join(f"{count} of {whom}s" for whom, count in kills.items())
        print(f"\n{sum(kills.values())} kills ({told}) in {runs} runs and {time.monotonic() - begun:.0f} s; 0 bytes differ")
    assert min(kills.values()) >= KILLS // 10


@pytest.mark.slow  # by default tests/runs/test_faults.py has a full disk
def test_with_no_room_for_the_result_it_is_one_line_and_nothing_is_lost(photos, tmp_path):  # noqa: F811
    """The system's own bound on the size of a file: no state and no result of more than 1 KiB can be written."""
    bound = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))  # noqa: E731
    more = map(str, words(photos, tmp_path / "out", *FEW, "--checkpoint-seconds", 0.05))
    full = subprocess.run(
        [sys.executable, *CLI, *more], cwd=ROOT, capture_output=True, text=True, timeout=280, preexec_fn=bound, check=False
    )
    assert full.returncode == 2 and "Traceback" not in full.stderr and "File too large" in full.stderr.splitlines()[-1]
    restore(photos, tmp_path / "out", *FEW, "--resume")
    restore(photos, tmp_path / "whole", *FEW)
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")


def test_a_folder_that_cannot_be_written_is_refused_before_the_work():
    photo = ROOT / "docs" / "images"
    found = next(iter(sorted(photo.glob("*.png"))))
    result = subprocess.run(
        [sys.executable, *CLI, "denoise", str(found), "--out", "/proc/out.png"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(result, "/proc", "can't be written")
