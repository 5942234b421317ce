"""The tasks' benchmark as a user runs it, and what is refused."""

import pytest

from paddle_dip.report.results import read_rows
from paddle_dip.report.task_results import BaselineRow, TaskRow
from tests.conftest import assert_refused, command

TOOL = "tools/benchmark_tasks.py"


def test_runs_is_recorded_and_compared_from_the_command_line(pictures, tmp_path):
    common = ("--task", "dejpeg", "--amount", 30, "--images", "colour", "--data", pictures)
    options = ("--steps", 2, "--set", "network=skip-64", "--precision", "auto", "--out", tmp_path / "run")
    result = command(TOOL, "run", *common, *options)
    assert result.returncode == 0, result.stderr
    assert "dejpeg-30, preset fast" in result.stdout and "oracle" in result.stdout
    assert command(TOOL, "record", tmp_path / "run", "--out", tmp_path / "tasks.csv").returncode == 0
    assert [row.amount for row in read_rows(tmp_path / "tasks.csv", TaskRow)] == [30.0]
    result = command(TOOL, "baselines", *common, "--out", tmp_path / "baselines.csv")
    assert result.returncode == 0, result.stderr
    assert "given" in {row.method for row in read_rows(tmp_path / "baselines.csv", BaselineRow)}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--task", "paint"), "restore-pixels"),
        (("--amount", "300"), "amount must lie between"),
        (("--task", "dejpeg", "--amount", "10.5"), "whole number for dejpeg"),
        (("--images", "nobody"), "colour, grey"),
        (("--shrink", "0"), "--shrink"),
        (("--steps", "0"), "--steps"),
        (("--seed", "-1"), "--seed"),
        (("--jobs", "-1"), "--jobs"),
        (("--preset", "slow"), "quick, fast, best, paper"),
        (("--set", "x=1"), "--set x=1"),
    ],
)
def test_bad_options_are_refused(pictures, tmp_path, options, words):
    assert_refused(command(TOOL, "run", "--data", pictures, "--out", tmp_path / "out", *options), words)
    assert not (tmp_path / "out").exists()
