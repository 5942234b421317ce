"""What the tests share: the repository's root, the real data where it lies, small pictures."""

import io
import os
import runpy
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import paddle_dip  # noqa: F401  sets the threads before any test loads a framework
from paddle_dip.environment import thread_count

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def data_folder() -> Path:
    """The folder with the benchmark's images; tests that need it skip where there is none."""
    folder = os.environ.get("PADDLE_DIP_DATA")
    if not folder or not Path(folder, "sr", "Set14").is_dir():
        pytest.skip("needs the benchmark's images: set PADDLE_DIP_DATA to the folder that holds sr/Set14")
    return Path(folder)


@pytest.fixture
def picture() -> np.ndarray:
    """A smooth colour picture with an edge, float32 [3, 37, 31]: odd, not square."""
    rows, columns = np.mgrid[0:37, 0:31] / 40
    waves = [0.5 + 0.4 * np.sin(5 * rows + c) * np.cos(7 * columns - c) for c in range(3)]
    image = np.stack(waves)
    image[:, 10:20, 5:15] = 0.95
    return image.astype(np.float32)


@pytest.fixture
def image(picture) -> np.ndarray:
    """A colour picture, uint8 [37, 31, 3]."""
    return (255 * picture.transpose(1, 2, 0)).round().astype(np.uint8)


@pytest.fixture
def one_thread(monkeypatch) -> Iterator[None]:
    """One thread for small arrays, here and in the processes that the test starts: on them threads mostly wait for each other.

    For minutes, where another program has the cores. The last bits of a fit depend on its threads.
    """
    import paddle

    threads = thread_count()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    paddle.base.core.set_num_threads(1)
    yield
    paddle.base.core.set_num_threads(threads)


def command(*words: str | Path | float) -> subprocess.CompletedProcess:
    """Run a command of the project, a script or -m and a module, in this process, and return what came out.

    A process of its own (`process`) loads Paddle for two seconds first; take that where a process is what is tested: its signals,
    pipes, environment, or that it loads by itself.
    """
    script, *options = map(str, words)
    run = runpy.run_path
    if script == "-m":
        script, run = options.pop(0), runpy.run_module
    said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as warned:
        for name, value in {"argv": [script, *options], "path": [*sys.path], "stdout": said[0], "stderr": said[1]}.items():
            patch.setattr(sys, name, value)
        patch.chdir(ROOT)
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # as a process does
        code = _exit_code(run, script)
    output, errors = (stream.buffer.getvalue().decode() for stream in said)
    shown = [warnings.formatwarning(each.message, each.category, each.filename, each.lineno) for each in warned]
    return subprocess.CompletedProcess([script, *options], code, output, errors + "".join(shown))


def _exit_code(run, script: str) -> int:
    try:
        run(script, run_name="__main__")
    except SystemExit as end:
        return end.code or 0
    return 0


def process(*words: str | Path | float, **settings) -> subprocess.CompletedProcess:
    """Run a command of the project from its root in a process of its own, as a user would, and return what came out."""
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False, **settings
    )


def assert_refused(result: subprocess.CompletedProcess, *parts: str) -> None:
    """Assert that a command ended with exit code 2 and one line that holds `parts`."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert result.returncode == 2, result.stderr
    assert len(lines) == 1 and lines[0].startswith("error: "), result.stderr
    for part in parts:
        assert part in lines[0]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    yield from _counted(item)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    yield from _counted(item)


def _counted(item) -> Iterator[None]:
    """Count what a test takes of the cores, in processes that it waits for too: it is much the same on a busy machine.

    Copies (paddle_dip/runs/start_method.py) are waited for by the process that they are copied from, and not counted.
    """
    before = sum(os.times()[:4])
    yield
    item.user_properties.append(("cpu_seconds", sum(os.times()[:4]) - before))


def pytest_terminal_summary(terminalreporter):
    """Say what the tests took: the default ones together have 5 minutes of 2 cores."""
    reports = [report for group in ("passed", "failed") for report in terminalreporter.stats.get(group, [])]
    taken = {each.nodeid: sum(value for name, value in each.user_properties if name == "cpu_seconds") for each in reports}
    terminalreporter.section(f"{sum(taken.values()):.0f} CPU seconds; the longest tests")
    for name in sorted((name for name in taken if taken[name] > 1), key=lambda name: -taken[name])[:10]:
        terminalreporter.write_line(f"{taken[name]:5.1f} {name}")
