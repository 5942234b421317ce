"""Threads and MKL are set before Paddle loads, once, and the user's own settings win."""

import os
import subprocess
import sys

import pytest

from paddle_dip import environment
from tests.conftest import ROOT


def run(code: str, **variables: str) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if k not in ("OMP_NUM_THREADS", "MKL_DEBUG_CPU_TYPE")}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean | variables, capture_output=True, text=True, timeout=120, check=True
    )


SHOW = "import os, paddle_dip; print(os.environ.get('OMP_NUM_THREADS'), os.environ.get('MKL_DEBUG_CPU_TYPE'))"


def test_all_usable_cores_are_used():
    threads, mkl = run(SHOW).stdout.split()
    assert int(threads) == environment.usable_cores()
    assert mkl == ("5" if environment._is_amd() else "None")


def test_the_users_settings_win():
    assert run(SHOW, OMP_NUM_THREADS="1", MKL_DEBUG_CPU_TYPE="4").stdout.split() == ["1", "4"]


def test_processes_share_the_cores_unless_the_user_says_how():
    shared = "from paddle_dip import environment as e; e.share_cores(2); " + SHOW
    assert int(run(shared).stdout.split()[0]) == max(environment.usable_cores() // 2, 1)
    assert run(shared, OMP_NUM_THREADS="5").stdout.split()[0] == "5"


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
