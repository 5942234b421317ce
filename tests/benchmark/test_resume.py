"""A run that is killed, at any moment, goes on to the same bits."""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from paddle_dip.report.results import read_rows
from tests.conftest import ROOT

KILLS = 4


@pytest.fixture
def images(tmp_path):
    coarse = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    (tmp_path / "images").mkdir()
    for name in ("a", "b"):
        Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC).save(tmp_path / "images" / f"{name}_GT.png")
        coarse = coarse[::-1]
    return tmp_path / "images"


def start(images, out) -> subprocess.Popen:
    options = ("--data", images, "--out", out, "--steps", "40", "--checkpoint-seconds", "0.05", "--resume")
    words = [sys.executable, "tools/benchmark_set14.py", *map(str, options)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for_work(out, process, pause: float) -> None:
    """Wait until the run has left a new checkpoint behind, and a little longer."""
    before = {path: path.stat().st_mtime_ns for path in out.glob("checkpoints/*.npz")}
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if any(path.stat().st_mtime_ns != before.get(path) for path in list(out.glob("checkpoints/*.npz"))):
            break
        time.sleep(0.02)
    time.sleep(pause)


def finish(images, out) -> list:
    process = start(images, out)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    return read_rows(out / "results.csv")


def outcome(out) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in [*out.glob("*.png"), *out.glob("history/*.csv"), *out.glob("grids/*.png")]}


def test_killed_runs_end_in_the_same_bits(images, tmp_path):
    whole = finish(images, tmp_path / "whole")
    random.seed(0)
    for _ in range(KILLS):
        process = start(images, tmp_path / "killed")
        wait_for_work(tmp_path / "killed", process, random.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    resumed = finish(images, tmp_path / "killed")
    assert max(row.resumed_at_step for row in resumed) > 0
    assert all(row.resumed_at_step == 0 for row in whole)
    assert [row.psnr_y for row in resumed] == [row.psnr_y for row in whole]
    assert outcome(tmp_path / "killed") == outcome(tmp_path / "whole")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_can_go_on(images, tmp_path, number):
    process = start(images, tmp_path / "out")
    wait_for_work(tmp_path / "out", process, 0.0)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "interrupted" in errors and "Traceback" not in errors
    rows = finish(images, tmp_path / "out")
    assert max(row.resumed_at_step for row in rows) > 0
    assert [row.psnr_y for row in rows] == [row.psnr_y for row in finish(images, tmp_path / "whole")]
