"""A command that fits ends by SIGTERM as by Ctrl-C: in one line, with no trace of Paddle's on the screen."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from tests.conftest import ROOT


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_fit_that_is_told_to_end_says_so_in_one_line(tmp_path, number, code):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    words = ["super-resolve", tmp_path / "photo.png", "--out", tmp_path / "out.png", "--steps", 100000, "--frames", 1]
    process = subprocess.Popen([sys.executable, "-m", "paddle_dip", *map(str, words)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        while process.poll() is None and not (tmp_path / "out_process" / "frames" / "00002.png").exists():
            time.sleep(0.05)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == code
    assert errors.splitlines()[-1] == "error: interrupted" and "Traceback" not in errors and "C++" not in errors
    assert not (tmp_path / "out.png").exists()
