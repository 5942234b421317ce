"""Threads and MKL are set before Paddle loads, once, and the user's own settings win."""

import os
import subprocess
import sys

import pytest

from paddle_dip import environment
from tests.conftest import ROOT


def run(code: str, **variables: str) -> subprocess.CompletedProcess:
    clean = {
        k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "MKL_DEBUG_CPU_TYPE", "KMP_USE_YIELD", "PADDLE_DIP_SET")
    }
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean | variables, capture_output=True, text=True, timeout=120, check=True
    )


NAMES = "'OMP_NUM_THREADS', 'MKL_DEBUG_CPU_TYPE', 'KMP_USE_YIELD'"
SHOW = f"import os, paddle_dip; print(*map(os.environ.get, ({NAMES})))"


def test_all_usable_cores_are_used():
    threads, mkl, yields = run(SHOW).stdout.split()
    assert int(threads) == environment.usable_cores()
    assert mkl == ("5" if environment._is_amd() else "None")
    assert yields == "0"


def test_the_users_settings_win():
    given = {"OMP_NUM_THREADS": "1", "MKL_DEBUG_CPU_TYPE": "4", "KMP_USE_YIELD": "1"}
    assert run(SHOW, **given).stdout.split() == list(given.values())


def test_more_threads_than_cores_yield():
    assert run(SHOW, OMP_NUM_THREADS=str(environment.usable_cores() + 1)).stdout.split()[2] == "None"


def test_processes_share_the_cores_unless_the_user_says_how():
    shared = "from paddle_dip import environment as e; e.share_cores(2); " + SHOW
    assert int(run(shared).stdout.split()[0]) == max(environment.usable_cores() // 2, 1)
    assert run(shared, OMP_NUM_THREADS="5").stdout.split()[0] == "5"


def test_more_threads_in_all_than_cores_yield_where_the_user_has_set_their_number():
    many = f"from paddle_dip import environment as e; e.share_cores({environment.usable_cores() + 1}); " + SHOW
    assert run(many, OMP_NUM_THREADS="1").stdout.split()[2] == "None"
    assert run(many, OMP_NUM_THREADS="1", KMP_USE_YIELD="0").stdout.split()[2] == "0"
    assert run(many).stdout.split()[2] == "0"  # one thread each


def test_there_is_a_core_for_each_thread(monkeypatch):
    monkeypatch.setattr(environment, "usable_cores", lambda: 8)
    monkeypatch.setattr(environment, "_ours", {"OMP_NUM_THREADS"})
    monkeypatch.setattr(environment, "installed_version", lambda distribution: None)
    assert environment.units_at_a_time() == 8
    monkeypatch.setattr(environment, "_ours", set())
    for threads, units in (("1", 8), ("3", 2), ("16", 1)):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert environment.units_at_a_time() == units
    monkeypatch.setattr(environment, "installed_version", {"paddlepaddle-gpu": "3.3.1"}.get)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert environment.units_at_a_time() == 1


UNITS = "from paddle_dip import environment as e; print(e.units_at_a_time())"


def test_what_a_process_has_set_is_not_taken_for_the_users_by_those_it_begins():
    nested = f"import paddle_dip, subprocess, sys; subprocess.run([sys.executable, '-c', {UNITS!r}], check=True)"
    assert int(run(nested).stdout) == environment.usable_cores()
    changed = nested.replace("sys;", "sys, os; os.environ['OMP_NUM_THREADS'] = '1000';")
    assert int(run(changed).stdout) == 1


@pytest.mark.parametrize(("told", "cores"), [("max 100000", 8), ("200000 100000", 2), ("50000 100000", 1), ("9900000 100000", 8)])
def test_a_container_may_have_less_than_its_machine(monkeypatch, told, cores):
    monkeypatch.setattr(environment.os, "sched_getaffinity", lambda process: range(8), raising=False)
    monkeypatch.setattr(environment.Path, "read_text", lambda path, encoding: told)
    assert environment.usable_cores() == cores


def test_paddle_computes_with_that_many_threads_and_says_nothing():
    result = run("import paddle_dip.solver, os; print(os.environ['OMP_NUM_THREADS'])")
    assert result.stdout.strip() == str(environment.usable_cores())
    assert result.stderr == ""


@pytest.mark.skipif(environment.usable_cores() == 1, reason="with one core nothing comes too late")
def test_says_so_where_paddle_came_first():
    result = run("import paddle, paddle_dip")
    assert "import paddle_dip first" in result.stderr


@pytest.mark.parametrize(
    ("installed", "words", "fix"),
    [
        (
            {"paddlepaddle": "3.3.1", "paddlepaddle-gpu": "3.3.1"},
            "both paddlepaddle and paddlepaddle-gpu",
            "uninstall -y paddlepaddle ",
        ),
        ({"paddlepaddle-gpu": "2.6.2"}, "too old", "-r requirements-gpu.txt"),
        ({"paddlepaddle": "2.6.2"}, "too old", "-r requirements.txt"),
    ],
)
def test_a_wrong_installation_is_named_with_its_fix(monkeypatch, installed, words, fix):
    monkeypatch.setattr(environment, "installed_version", installed.get)
    with pytest.raises(ImportError, match=words) as caught:
        environment.check_paddle()
    assert "fix: pip" in str(caught.value) and fix in str(caught.value)


def test_a_missing_paddle_is_named_with_its_fix(monkeypatch):
    monkeypatch.setattr(environment, "installed_version", lambda name: None)
    monkeypatch.setattr(environment, "_importable", lambda name: False)
    with pytest.raises(ImportError, match="not installed; fix: pip install"):
        environment.check_paddle()


def locked_home(folder) -> str:
    """A home folder that nobody, not even root, can make: a file is in the way."""
    (folder / "file").write_text("")
    return str(folder / "file" / "home")


def test_paddle_loads_where_the_home_folder_cannot_be_written(tmp_path):
    variables = {"HOME": locked_home(tmp_path), "TMPDIR": str(tmp_path), "PADDLE_DIP_FAST": "0"}
    code = "import paddle_dip.solver, os; from paddle_dip.environment import home; print(os.environ['HOME'], home())"
    ours, users = run(code, **variables).stdout.split()
    assert (ours, users) == (str(tmp_path / f"paddle_dip-{os.getuid()}"), variables["HOME"])
    assert (tmp_path / f"paddle_dip-{os.getuid()}").stat().st_mode & 0o777 == 0o700


def test_a_home_folder_that_can_be_written_is_left_alone(tmp_path):
    code = "import paddle_dip, os; from paddle_dip.problem.ground_truth import MOUNTED; print(os.environ['HOME'], MOUNTED)"
    assert run(code, HOME=str(tmp_path)).stdout.split() == [str(tmp_path), str(tmp_path / "data")]
    assert not list(tmp_path.iterdir())  # before Paddle loads nothing is written


def test_without_any_place_to_write_to_the_fix_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", locked_home(tmp_path))
    monkeypatch.delitem(sys.modules, "paddle", raising=False)
    monkeypatch.setattr(environment, "installed_version", {"paddlepaddle": "3.3.1"}.get)
    with pytest.raises(ImportError, match="needs a folder to write to.*fix: set HOME, or TMPDIR"):
        environment.check_paddle()


def test_the_stand_in_for_a_home_is_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    usual = tmp_path / f"paddle_dip-{os.getuid()}"
    assert environment.temporary_home() == environment.temporary_home() == usual
    usual.chmod(0o777)  # anyone could have put a compiled library there
    other = environment.temporary_home()
    assert other.parent == tmp_path and other != usual and other.stat().st_mode & 0o777 == 0o700
    usual.rmdir()
    usual.symlink_to(other)
    assert environment.temporary_home() not in (usual, other)
    monkeypatch.setattr("tempfile.tempdir", locked_home(tmp_path))
    assert environment.temporary_home() is None


def test_a_user_without_a_home_has_none(monkeypatch):
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what Python makes of it where neither HOME nor a passwd entry is
    assert environment.home() is None


def test_compiled_operators_are_kept_elsewhere_where_the_cache_cannot_be_written(tmp_path, monkeypatch):
    from paddle_dip.solver.fast import build

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv(build.CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", locked_home(tmp_path))
    assert build.cache_folder() == tmp_path / f"paddle_dip-{os.getuid()}" / ".cache" / "paddle_dip"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert build.cache_folder() == tmp_path / "cache" / "paddle_dip"
    monkeypatch.setenv(build.CACHE, locked_home(tmp_path))  # the user's own setting isn't passed over
    with pytest.raises(build.BuildError, match=f"set {build.CACHE}"):
        build.cache_folder()
