"""A command that fits ends by SIGTERM as by Ctrl-C: in one line, with no trace of Paddle's on the screen."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
from PIL import Image

from tests.conftest import ROOT

MODULE = [sys.executable, "-m", "paddle_dip"]


def test_a_fit_that_is_told_to_end_says_so_in_one_line(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    words = ["super-resolve", tmp_path / "photo.png", "--out", tmp_path / "out.png", "--steps", 100000, "--frames", 1, "--record"]
    process = subprocess.Popen([*MODULE, *map(str, words)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        while process.poll() is None and not (tmp_path / "out_process" / "frames" / "00002.png").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    said = f"error: interrupted; the same command with --resume goes on from {tmp_path / 'out.png.work'}"
    assert errors.splitlines()[-1] == said and "Traceback" not in errors and "C++" not in errors
    assert not (tmp_path / "out.png").exists()


def test_sigterm_while_a_command_loads_never_counts_as_ctrl_c():
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    begun = [subprocess.Popen([*MODULE, "networks"], cwd=ROOT, env=environment, **pipes) for _ in range(4)]
    for process in begun:  # each a moment later than the one before
        time.sleep(0.7)
        process.terminate()
    for process in begun:
        _, errors = process.communicate(timeout=60)
        ends = [(-signal.SIGTERM, ""), (143, "error: interrupted\n"), (0, "")]  # before it listens; while it loads; too late
        assert (process.returncode, errors) in ends


def test_sigterm_in_code_that_an_import_compiles_ends_a_module_as_sigterm(tmp_path):
    (tmp_path / "importing.py").write_text(
        "import sys\n"
        "from paddle_dip.runs.interrupt import sigterm_as_ctrl_c\n"
        "with sigterm_as_ctrl_c() as exit_code:\n"
        "    try:\n"
        "        exec('import os, signal; os.kill(os.getpid(), signal.SIGTERM)\\nwhile True: pass')\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(exit_code())\n"
    )
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    assert subprocess.run([sys.executable, "-m", "importing"], env=environment, timeout=60).returncode == 143
