"""Only what is missing gets installed, and never Paddle."""

import subprocess

import pytest

from paddle_dip.notebook import requirements
from paddle_dip.notebook.requirements import REQUIREMENTS, install_missing, missing

LINES = (
    "# a comment\npaddlepaddle>=99\n--extra-index-url x\nnumpy>=1.0\n\nnumpy>=999.1\nno-such-package>=1\nno-such-package-either\n"
)


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text(LINES)
    return path


@pytest.fixture
def commands(monkeypatch) -> list:
    run = []
    monkeypatch.setattr(subprocess, "run", lambda words, check: run.append(words))
    return run


def test_what_is_absent_or_too_old_is_missing(listed):
    assert missing(listed) == ["numpy>=999.1", "no-such-package>=1", "no-such-package-either"]


def test_just_that_is_installed_and_named(listed, commands, capsys):
    install_missing(listed)
    assert commands[0][1:4] == ["-m", "pip", "install"] and commands[0][-3:] == missing(listed)
    assert "numpy>=999.1, no-such-package>=1" in capsys.readouterr().out


def test_nothing_happens_where_all_is_there(commands, capsys, tmp_path):
    assert REQUIREMENTS.exists()
    install_missing()
    install_missing(tmp_path / "installed without a checkout")
    assert commands == [] and capsys.readouterr().out == ""


def test_a_missing_paddle_is_named_and_not_installed(commands, monkeypatch, listed):
    monkeypatch.setattr(requirements, "check_paddle", lambda: (_ for _ in ()).throw(ImportError("PaddlePaddle is not installed")))
    with pytest.raises(ImportError, match="PaddlePaddle"):
        install_missing(listed)
    assert not any("paddlepaddle" in word for words in commands for word in words)
