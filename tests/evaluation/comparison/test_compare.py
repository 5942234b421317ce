"""The comparison of methods: with a trained network and without, both tasks, and what is refused."""

import csv
import importlib.util
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from paddle_dip.evaluation.comparison.cases import Blur, blurred_cases, choose_files, holed_cases
from paddle_dip.evaluation.comparison.methods import deblurring, prior_preset
from paddle_dip.evaluation.comparison.run import ComparisonRow, learnt_from, mean_rows
from paddle_dip.trained.problem.blurs import BLURS
from tests.cli.test_trained import call
from tests.conftest import ROOT
from tests.trained.data import made_pairs, photos  # noqa: F401  fixtures

spec = importlib.util.spec_from_file_location("compare_methods", ROOT / "tools" / "compare_methods.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
SMALL = ("--size", 64, "--count", 2)


def compare(*words):
    return CliRunner().invoke(tool.app, list(map(str, words)), standalone_mode=False)


def found(out) -> dict:
    with (out / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    page = (out / "index.html").read_text()
    assert "http" not in page and page.count("data:image/jpeg") >= 2 * len({row["photo"] for row in rows})
    summary = json.loads((out / "summary.json").read_text())
    assert {"commit", "packages", "notes", "settings", "means"} <= summary.keys()
    return {"methods": [row["method"] for row in summary["means"]], "notes": " ".join(summary["notes"]), "rows": rows}


def test_holes_with_a_network_that_knows_the_photos(photos, tmp_path):  # noqa: F811
    words = ("--size", 64, "--width", 2, "--epochs", 1, "--held-out", 0)
    call("train", "removal", photos, "--out", tmp_path / "run", *words)
    result = compare(photos, "--out", tmp_path / "out", *SMALL, "--steps", 1, "--checkpoint", tmp_path / "run")
    assert result.exception is None, result.output
    seen = found(tmp_path / "out")
    assert seen["methods"] == ["mean colour", "biharmonic", "Deep Image Prior", "trained network"] and len(seen["rows"]) == 8
    assert "has learnt from more/p4.png, p0.png" in seen["notes"] and "No checkpoint" not in seen["notes"]


@pytest.mark.parametrize("blur", [BLURS[0], *(pytest.param(blur, marks=pytest.mark.slow) for blur in BLURS[1:])])
def test_a_blur_without_a_network(photos, tmp_path, blur):  # noqa: F811
    result = compare(photos, "--out", tmp_path / blur, *SMALL, "--task", "blur", "--blur", blur, "--steps", 1)
    assert result.exception is None, result.output
    seen = found(tmp_path / blur)
    assert seen["methods"] == ["blurred", "unsharp mask", "Wiener", "blurred, corrected", "Deep Image Prior"]
    assert "No checkpoint was given" in seen["notes"] and "knows the blur" in seen["notes"]


@pytest.mark.slow
def test_blurs_with_a_network_that_knows_the_photos(photos, made_pairs, tmp_path):  # noqa: F811
    call("train", "deblur", made_pairs, "--out", tmp_path / "run", "--width", 4, "--epochs", 1)
    words = ("--size", 64, "--count", 5, "--task", "blur", "--steps", 0, "--checkpoint", tmp_path / "run")
    result = compare(photos, "--out", tmp_path / "out", *words)
    assert result.exception is None, result.output
    seen = found(tmp_path / "out")
    ways = ("trained network", "trained network, turns", "trained network, turns, corrected")
    assert seen["methods"] == ["blurred", "unsharp mask", "Wiener", "blurred, corrected", *ways]
    assert "has learnt from" in seen["notes"] and "left out, as asked for" in seen["notes"]
    assert "learnt to undo a disk of 3 pixels in pictures of 256x256" in seen["notes"]


@pytest.mark.parametrize("name", BLURS)
def test_the_priors_operator_is_the_blur_of_the_observation(photos, name):  # noqa: F811
    blur = Blur(name, 2.0)
    (case,) = blurred_cases(choose_files(photos, 1), 64, blur)
    problem = deblurring(case.damaged, blur, prior_preset("denoise", None))
    assert np.abs(problem.operator(case.truth) - problem.observation).max() < 1.01 / 255 / 2
    np.testing.assert_array_equal(problem.enlarged(case.truth), case.truth)


def test_holes_follow_the_seed(photos):  # noqa: F811
    files = choose_files(photos, 2)
    first, same, other = (holed_cases(files, 64, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[1].hole, same[1].hole)
    assert not np.array_equal(first[1].hole, other[1].hole) and (first[0].damaged[:, first[0].hole[0] > 0] == 0).all()


def test_means_are_of_each_method():
    rows = [ComparisonRow("a", "x", 20, 0.5, 1), ComparisonRow("b", "x", 30, 0.7, 3), ComparisonRow("a", "y", 10, 0.1, 2)]
    assert mean_rows(rows) == [ComparisonRow("mean", "x", 25, 0.6, 2), ComparisonRow("mean", "y", 10, 0.1, 2)]


def test_a_runs_folder_says_what_its_network_has_learnt_from(tmp_path):
    assert learnt_from(tmp_path, ["a.png"]) is None and learnt_from(tmp_path / "a" / "step.npz", ["a.png"]) is None
    (tmp_path / "split.json").write_text('{"train": ["x/a.png"], "test": ["b.png"]}')
    assert learnt_from(tmp_path, ["a.png", "x/b.png"]) == []
    for checkpoint in (tmp_path, tmp_path / "checkpoints" / "step.npz"):
        assert learnt_from(checkpoint, ["x/a.png", "x/b.png"]) == ["x/a.png"]


def test_a_photo_is_known_by_its_pair(tmp_path):
    (tmp_path / "split.json").write_text('{"train": ["x_a.png"], "test": ["b.png"]}')
    assert learnt_from(tmp_path, ["x/a.jpg", "b.jpg"]) == ["x/a.jpg"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--task", "noise"), "--task must be one of holes, blur"),
        (("--blur", "lens"), "--blur"),
        (("--strength", 0), "strength"),
        (("--count", 9), "--count 9 photos are asked for"),
        (("--steps", -1), "--steps"),
        (("--size", 300), "each side must have at least 300"),
        (("--checkpoint", "absent"), "absent doesn't exist"),
    ],
)
def test_bad_options_are_refused_before_anything_is_made(photos, tmp_path, words, message):  # noqa: F811
    error = str(compare(photos, "--out", tmp_path / "out", *words).exception)
    assert message in error and "\n" not in error
    assert not (tmp_path / "out").exists()
