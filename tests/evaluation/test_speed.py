"""The measuring tool measures what it says; how fast the machine is, is no test."""

import json
from dataclasses import replace

import pytest

from paddle_dip.evaluation.speed.compare import summarise
from paddle_dip.evaluation.speed.profile import self_times
from paddle_dip.evaluation.speed.worker import Trial
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from tests.conftest import assert_refused, command

TOOL = "tools/measure_speed.py"
TRIAL = Trial("", "", "skip", 64, 3, 2, "float32")


def side(seconds: list[float], memory: float) -> dict:
    return {
        "seconds": seconds,
        "core_seconds": [2 * s for s in seconds],
        "optimiser_seconds": [s / 10 for s in seconds],
        "noise_seconds": [s / 5 for s in seconds],
        "rounds": seconds,
        "gemm_rate": 1e11,
        "memory_mb": memory,
        "operations": {},
    }


def test_ratio_is_the_median_of_the_rounds_ratios():
    found = {"paddle": side([1.0, 4.0, 3.0], 100), "torch": side([2.0, 4.0, 1.0], 200)}
    summary = summarise(found, TRIAL)
    assert summary["ratio"] == 1.0 and summary["ratio_spread"] == [0.5, 3.0]
    assert summary["memory_ratio"] == 0.5 and summary["core_ratio"] == 1.5
    assert summary["paddle"]["optimiser_share"] == pytest.approx(0.1)
    assert summary["paddle"]["noise_share"] == pytest.approx(0.2)
    assert summary["paddle_seconds"] == 3.0 and summary["torch_seconds"] == 2.0
    assert summary["fraction_of_limit"] == pytest.approx(step_flops(SkipConfig(), 64, 64) / 1e11 / 3)


def test_soap_is_timed_as_the_presets_take_it():
    timed = replace(TRIAL, optimiser="soap").preset()
    assert timed.optimiser == "soap"
    assert {timed.soap_renewal} == {
        super_resolution_preset(name, factor).soap_renewal for name in PRESETS if name != "paper" for factor in (8, 4, 2)
    }


@pytest.mark.slow
def test_measures_both_sides(tmp_path):
    options = (
        "--size",
        64,
        "--steps",
        2,
        "--rounds",
        1,
        "--network",
        "skip-32",
        "--against",
        "paddle-plain,paddle-in-turn",
        "--json",
        tmp_path / "s.json",
    )
    result = command(TOOL, *options)
    assert result.returncode == 0, result.stderr
    summary = json.loads((tmp_path / "s.json").read_text())
    assert summary["paddle_seconds"] > 0 and summary["paddle_plain_seconds"] > 0 and summary["ratio"] > 0
    assert 0 < summary["paddle-in-turn"]["noise_share"] < 1 and summary["paddle"]["core_seconds"] > 0
    assert summary["paddle"]["memory_mb"] > 0 and summary["paddle"]["gemm_rate"] > 1e9
    assert summary["threads"] >= 1 and "numpy" in summary["packages"]


def test_an_operations_time_is_its_own():
    events = [("outer [9 us]", 0, 9), ("inner dygraph[4 us]", 1, 4), ("inner dygraph[2 us]", 6, 2), ("later", 9, 5)]
    times = self_times([{"name": name, "ts": ts, "dur": dur} for name, ts, dur in events])
    assert {name: round(1e6 * seconds, 9) for name, seconds in times.items()} == {"outer ": 3, "inner": 6, "later": 5}


def test_profile_shows_the_operations_of_both_sides(tmp_path):
    options = ("--size", 64, "--steps", 1, "--rounds", 1, "--network", "skip-64", "--profile", "--json", tmp_path / "s.json")
    result = command(TOOL, *options, "--optimiser", "soap")
    assert (
        result.returncode == 0 and "one step" in result.stdout and "soap, takes" in result.stdout and "noise takes" in result.stdout
    )
    summary = json.loads((tmp_path / "s.json").read_text())
    operations = summary["paddle"]["operations"]
    assert any("conv" in name for name in operations) and any("matmul" in name or "resize" in name for name in operations)
    assert 0 < summary["paddle"]["optimiser_share"] < 1
    assert sum(operations.values()) < 20 * summary["paddle_seconds"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--size", "100"), "--size"),
        (("--steps", "0"), "--steps"),
        (("--network", "x"), "--network"),
        (("--optimiser", "x"), "--optimiser"),
        (("--against", "x"), "torch"),
    ],
)
def test_bad_options_are_refused(options, words):
    assert_refused(command(TOOL, *options), words)
