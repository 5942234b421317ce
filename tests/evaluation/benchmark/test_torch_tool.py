"""One command runs the recipes in PyTorch and writes their tables; proven on a CPU with two small images."""

import json
from importlib.util import find_spec

import pytest

from paddle_dip.report.merge_runs import read_part
from tests.conftest import assert_refused, command, process

pytestmark = pytest.mark.skipif(not find_spec("torch"), reason="needs PyTorch (requirements-test.txt)")
TOOL = "tools/benchmark_torch.py"
SMALL = ("--set", "network=skip-32", "--set", "members=2")


@pytest.mark.slow
def test_every_recipe_and_seed_leaves_a_table(images, tmp_path):
    options = ("--device", "cpu", "--data", images, "--steps", 2, "--out", tmp_path / "out", "--results", tmp_path / "results")
    result = command(TOOL, *options, "--recipes", "paper-4000,fast", *SMALL)
    assert result.returncode == 0, result.stderr
    stems = {f"set14_x8_{name}_torch{seed}" for name in ("paper-4000", "fast") for seed in ("", "_1")}
    assert {path.stem for path in (tmp_path / "results").glob("*.csv")} == stems
    for stem in stems:
        rows, summary = read_part(tmp_path / "results" / f"{stem}.csv")
        assert {row.image for row in rows} == {"odd", "small"} and all(row.seconds > 0 for row in rows)
        assert summary["paddle"].startswith("not used: PyTorch ") and summary["device"].startswith("cpu ")
        assert summary["sittings"][0]["noise_drawn_by"] == "numpy"
    again = command(TOOL, *options, "--recipes", "fast", *SMALL)
    assert again.returncode == 0 and "in 0 s" not in again.stdout, again.stderr


def test_the_recipes_are_what_they_are_called():
    code = "import sys; sys.path.insert(0, 'tools'); import benchmark_torch as b, json; " + (
        "print(json.dumps({n: [p.name, p.steps] for n in b.RECIPES for p in [b._preset(n, None, [])]}))"
    )
    found = json.loads(process("-c", code).stdout)
    assert found["paper"] == ["paper", 5000] and found["paper-4000"] == ["paper", 4000]
    assert found["fast"][0] == "fast" and found["best"][0] == "best"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--recipes", "slow"), "paper-4000"),
        (("--seeds", "x"), "--seeds"),
        (("--seeds", "-1"), "--seeds"),
        (("--steps", "0"), "--steps"),
        (("--device", "cuda:99"), "--device cuda:99 can't be used"),
    ],
)
def test_bad_options_are_refused(images, tmp_path, options, words):
    assert_refused(command(TOOL, "--data", images, "--out", tmp_path / "out", *options), words)
