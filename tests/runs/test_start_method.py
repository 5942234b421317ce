"""Workers are copies of a process that has Paddle loaded, where that is safe, and work with what this one works with."""

import os
import signal
import subprocess
import sys
import time

import pytest

from paddle_dip.environment import path_to_package
from paddle_dip.runs import start_method
from paddle_dip.runs.process_executor import ProcessExecutor
from paddle_dip.runs.start_method import loading_this_package, process_context
from paddle_dip.runs.worker import WorkerDied
from tests.conftest import ROOT
from tests.processes import children

COPIES = sys.platform == "linux" and sys.version_info >= (3, 11)
pytestmark = pytest.mark.skipif(not COPIES, reason="copies are made on Linux alone, from Python 3.11 on")

# Two threads, for which numpy's library of linear algebra begins its own as it loads, if it does so at all.
SCRIPT = """
import os, sys, threading
from pathlib import Path
sys.path.insert(0, {root!r})
import paddle_dip
from paddle_dip.runs.process_executor import ProcessExecutor
from tests.processes import children
from tests.runs.test_start_method import found

if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    with ProcessExecutor(2) as executor:
        executor.submit(found).result()
        os.environ["SAID_LATER"] = "here"
        loaded, said, folder, unset = executor.submit(found).result()
        assert (loaded, said, unset) == (True, "here", True), (loaded, said, unset)
        assert folder == str(Path(paddle_dip.__file__).parent), folder
    copied = [pid for pid in children(os.getpid()) if b"forkserver" in Path(f"/proc/{{pid}}/cmdline").read_bytes()]
    print([len(os.listdir(f"/proc/{{pid}}/task")) for pid in copied])
"""


def found() -> tuple[bool, str | None, str, bool]:
    """Return whether Paddle is loaded, and what else a worker finds."""
    loaded = "paddle" in sys.modules
    import paddle_dip

    return loaded, os.environ.get("SAID_LATER"), os.path.dirname(paddle_dip.__file__), "PYTHONSAFEPATH" not in os.environ


def test_copies_have_paddle_loaded_from_one_of_a_single_thread_whatever_lies_in_the_working_folder(tmp_path):
    (tmp_path / "numpy.py").write_text("raise SystemExit('the working folder was loaded from')")
    (tmp_path / "paddle_dip").mkdir()
    (tmp_path / "paddle_dip" / "__init__.py").write_text("raise SystemExit('another package was loaded')")
    script = tmp_path / "elsewhere" / "script.py"
    script.parent.mkdir()
    script.write_text(SCRIPT.format(root=str(ROOT)))
    environment = os.environ | {"OMP_NUM_THREADS": "2"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "[1]", done.stdout + done.stderr


def test_where_a_copy_would_be_wrong_a_process_begins_anew(monkeypatch):
    monkeypatch.setattr(start_method, "_threads", [])
    assert process_context("cpu").get_start_method() == "forkserver"
    assert process_context("gpu:0").get_start_method() == "spawn"
    monkeypatch.setattr(start_method, "thread_count", lambda: 7)
    assert process_context("cpu").get_start_method() == "spawn"


@pytest.mark.slow
def test_where_the_copied_process_is_killed_a_call_dies_and_the_next_is_made():
    def copied() -> list[int]:
        return [pid for pid in children(os.getpid()) if b"forkserver" in open(f"/proc/{pid}/cmdline", "rb").read()]

    with ProcessExecutor(1) as executor:
        executor.submit(found).result()
        for pid in copied():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        for _ in range(2):
            try:
                assert executor.submit(found).result()[0]
            except WorkerDied:
                continue
            return
    raise AssertionError("the process that is copied wasn't begun again")


def test_the_environment_is_as_it_was_after_a_start(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    with loading_this_package():
        first, second = os.environ["PYTHONPATH"].split(os.pathsep)
        assert os.path.samefile(first, ROOT) and second == "elsewhere" and os.environ["PYTHONSAFEPATH"] == "1"
    assert os.environ["PYTHONPATH"] == "elsewhere" and "PYTHONSAFEPATH" not in os.environ
    monkeypatch.delenv("PYTHONPATH")
    path = path_to_package()
    with loading_this_package():
        assert os.environ["PYTHONPATH"] == path
    assert "PYTHONPATH" not in os.environ
