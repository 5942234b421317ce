"""Runs of the benchmark on small pictures, in processes of their own, to be cut off."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from paddle_dip.report.results import ResultRow, read_rows
from tests.conftest import ROOT, command

STEPS = 30


def pictures(folder: Path) -> Path:
    """Return a folder of two smooth pictures, a and b, made there."""
    coarse = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    folder.mkdir()
    for name in ("a", "b"):
        Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC).save(folder / f"{name}_GT.png")
        coarse = coarse[::-1]
    return folder


def words(images, out, *more: str) -> list:
    """Return the command of a run of STEPS steps, which goes on with what there is of it."""
    options = ("--data", images, "--out", out, "--preset", "quick", "--steps", STEPS, "--resume")
    return ["tools/benchmark_set14.py", *options, *more]


def start(images, out, *more: str) -> subprocess.Popen:
    """Begin a run, or go on with it, as the first of a group of processes."""
    often = ("--checkpoint-seconds", 0.05)
    begun = [sys.executable, *map(str, words(images, out, *more, *often))]
    return subprocess.Popen(begun, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_work(out, process, pause: float, fits: int = 1) -> None:
    """Wait until so many fits of the run have left a new checkpoint behind, and a little longer."""
    before = {path: path.stat().st_mtime_ns for path in out.glob("checkpoints/*.npz")}
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if sum(path.stat().st_mtime_ns != before.get(path) for path in list(out.glob("checkpoints/*.npz"))) >= fits:
            break
        time.sleep(0.02)
    time.sleep(pause)


def finish(images, out, *more: str) -> list[ResultRow]:
    """Return the rows of a run, gone on with to its end by this process."""
    result = command(*words(images, out, *more))
    assert result.returncode == 0, result.stderr
    return read_rows(out / "results.csv")


def outcome(out) -> dict[str, bytes]:
    """Return what a run has left, by file name."""
    return {path.name: path.read_bytes() for path in [*out.glob("*.png"), *out.glob("history/*.csv"), *out.glob("grids/*.png")]}
