"""compare_outputs.py as a user runs it: both sides in processes of their own, the verdict in comparison.json and the exit code."""

import json

import numpy as np
import pytest

from tests.conftest import assert_refused, command

TOOL = "tools/compare_outputs.py"


def verdict(folder) -> dict:
    return json.loads((folder / "comparison.json").read_text())


@pytest.mark.parity
def test_paddle_against_torch(tmp_path):
    options = ["--dtype", "float32", "--network", "skip-32", "--steps", 1, "--height", 96, "--locate", "--reprod-log"]
    result = command(TOOL, "--framework-a", "paddle-plain", "--framework-b", "torch", *options, "--out", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "layers diverges" in result.stdout
    found = verdict(tmp_path)
    stages = {stage["name"]: stage for stage in found["stages"]}
    assert found["passed"] and found["located"] is None
    wanted = {"data", "forward", "operator", "loss", "buffers", "params_1", "params_N", "image"}
    assert wanted <= stages.keys() and "grad/scales.0.down1.conv.weight" in stages
    assert all(s["max_abs"] <= s["tolerance"] and s["passed"] for s in stages.values())
    assert (tmp_path / "reprod_log" / "forward_a-paddle-plain.npy").exists()
    # The same arrays once more, one of them wrong: no framework is needed for that.
    arrays = dict(np.load(tmp_path / "b-torch.npz"))
    arrays["layers/scales.3.up1.norm"] = arrays["layers/scales.3.up1.norm"] + 1
    arrays["grad/head.bias"] = arrays["grad/head.bias"] * np.nan
    np.savez(tmp_path / "broken.npz", **arrays)
    files = ["--framework-a", tmp_path / "a-paddle-plain.npz", "--framework-b", tmp_path / "broken.npz"]
    result = command(TOOL, *files, "--locate", "--out", tmp_path / "again")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "grad/head.bias" in result.stdout and "not finite" in result.stdout
    assert "forward: scales.3.up1.norm is the first" in verdict(tmp_path / "again")["located"]


@pytest.mark.parity
@pytest.mark.parametrize("other", ["paddle-plain", "paddle-cpu"])
def test_two_runs_of_one_framework(other, tmp_path):
    options = ["--network", "skip-64", "--dtype", "float32", "--steps", 1, "--out", tmp_path]
    result = command(TOOL, "--framework-a", "paddle", "--framework-b", other, *options)
    assert result.returncode == 0, result.stdout + result.stderr
    assert verdict(tmp_path)["passed"]


@pytest.mark.parametrize("broken", [np.full(3, np.nan), np.ones((1, 3))])
def test_folders_of_foreign_arrays(broken, tmp_path):
    for side, array in (("a", np.ones(3)), ("b", np.ones(3)), ("c", broken)):
        (tmp_path / side).mkdir()
        np.save(tmp_path / side / "conv1.npy", array)
    good = command(TOOL, "--framework-a", tmp_path / "a", "--framework-b", tmp_path / "b", "--out", tmp_path / "out")
    assert good.returncode == 0 and verdict(tmp_path / "out")["passed"], good.stderr
    bad = command(TOOL, "--framework-a", tmp_path / "a", "--framework-b", tmp_path / "c", "--out", tmp_path / "out")
    assert bad.returncode == 1 and not verdict(tmp_path / "out")["passed"], bad.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--network", "x"], "network must be one of"),
        (["--dtype", "int8"], "dtype must be one of"),
        (["--steps", "0"], "steps must be at least 1"),
        (["--framework-a", "jax"], "--framework-a must be one of"),
        (["--height", "65"], "height must be a multiple"),
    ],
)
def test_bad_options_are_refused(options, said, tmp_path):
    assert_refused(command(TOOL, *options, "--out", tmp_path), said)
