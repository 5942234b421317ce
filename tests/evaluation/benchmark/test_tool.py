"""The benchmark as a user runs it, and what is refused."""

import json

import pytest
from PIL import Image

from paddle_dip.solver.fast.operators import fastest_precision
from tests.conftest import assert_refused, command

TOOL = "tools/benchmark_set14.py"


def test_runs_from_the_command_line(images, tmp_path):
    options = (
        "--data",
        images,
        "--factor",
        4,
        "--steps",
        2,
        "--average",
        "none",
        "--images",
        "small",
        "--precision",
        "auto",
        "--out",
        tmp_path / "out",
    )
    result = command(TOOL, *options)
    assert result.returncode == 0, result.stderr
    assert "asked for" in result.stdout and "small" in result.stdout
    preset = json.loads((tmp_path / "out" / "summary.json").read_text())["preset"]
    assert preset["average"] == "none" and preset["precision"] == fastest_precision()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--preset", "slow"), "quick, paper"),
        (("--factor", "0"), "4, 8"),
        (("--factor", "2.5"), "--factor"),
        (("--factor", "3"), "4, 8"),
        (("--steps", "0"), "--steps"),
        (("--steps", "-3"), "--steps"),
        (("--images", "nobody"), "odd, small"),
        (("--images", "all,odd"), "odd, small"),
        (("--average", "median"), "none, ema"),
        (("--seed", "-1"), "--seed"),
        (("--jobs", "-1"), "--jobs"),
        (("--precision", "half"), "auto, float32, bf16"),
    ],
)
def test_bad_options_are_refused(images, tmp_path, options, words):
    assert_refused(command(TOOL, "--data", images, "--out", tmp_path / "out", *options), words)
    assert not (tmp_path / "out").exists()


def test_bad_folders_are_refused(images, tmp_path):
    assert_refused(command(TOOL, "--data", tmp_path / "nothing"), "nothing")
    assert_refused(command(TOOL, "--data", images, "--out", images / "odd_GT.png" / "out"), "output folder")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_text("hello"), "not an image"),
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "damaged"),
        (lambda path: Image.new("RGB", (1, 1)).save(path), "1x1"),
    ],
    ids=["text", "truncated", "1x1"],
)
def test_bad_images_are_refused_before_any_work(images, tmp_path, spoil, words):
    spoil(images / "small_GT.png")
    assert_refused(command(TOOL, "--data", images, "--out", tmp_path / "out"), words, "small")
    assert not (tmp_path / "out").exists()
