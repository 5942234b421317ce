"""The check of a machine: it says what it finds, also on a GPU that stands in for one; what is wrong there is told."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import paddle
import pytest

from paddle_dip.evaluation.check import parity as check_parity
from paddle_dip.evaluation.check import run as check_run
from paddle_dip.evaluation.check import timing
from paddle_dip.evaluation.check.estimate import largest_photo, minutes
from paddle_dip.evaluation.check.parity import differences
from paddle_dip.evaluation.check.run import check
from paddle_dip.evaluation.check.timing import Timing
from paddle_dip.io.images import Photo
from paddle_dip.problem.budget import peak_bytes
from paddle_dip.problem.networks import NETWORKS, SkipConfig
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.solver import device
from tests.conftest import assert_refused, command


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small = SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(4,) * 3, input_depth=4)
    monkeypatch.setitem(NETWORKS, "small", small)
    monkeypatch.setattr(check_run, "timed_apart", timing.timed)  # no process of its own would know of what is small here
    chosen = timing.timed_preset
    monkeypatch.setattr(timing, "timed_preset", lambda name, precision: replace(chosen(name, precision), network=small))


class StandIn:
    """A GPU that computes on the CPU and notes what it is asked for."""

    def __init__(self, patch):
        self.name, self.asked, self.switches = "gpu:0", [], {"cublas": True, "cudnn": True}
        patch.setattr(paddle, "get_device", lambda: self.name)
        patch.setattr(paddle, "set_device", lambda name: setattr(self, "name", name))
        patch.setattr(paddle.device, "synchronize", lambda: self.asked.append("synchronize"))
        for name in self.switches:
            patch.setattr(paddle.base.core, f"get_{name}_switch", lambda name=name: self.switches[name])
            patch.setattr(paddle.base.core, f"set_{name}_switch", lambda value, name=name: self.switches.update({name: value}))
        cuda = {
            "memory_allocated": lambda: 2**20,
            "max_memory_allocated": lambda: 5 * 2**20,
            "reset_max_memory_allocated": lambda: self.asked.append("reset"),
            "get_device_properties": lambda: SimpleNamespace(total_memory=16 * 2**30),
            "get_device_name": lambda: "Stand-in 16 GB",
        }
        for name, function in cuda.items():
            patch.setattr(paddle.device.cuda, name, function)


@pytest.fixture
def gpu(monkeypatch) -> StandIn:
    return StandIn(monkeypatch)


def test_a_report_says_all_that_a_reader_needs():
    report = check((64,), seconds=0, network="small")
    json.dumps(report)
    assert report["passed"] and len(report["parity"]) == 4 and report["device"].startswith("cpu ")
    assert {(t["preset"], t["side"]) for t in report["timings"]} == {(name, 64) for name in timing.timed_presets()}
    for t in report["timings"]:
        assert t["seconds"] > 0 and t["network_seconds"] > 0 and 0 <= t["outside"] < 1 and t["predicted"] > 0
    assert set(report["set14_minutes"]) == {"paper", "fast", "quick", "best"}
    assert report["set14_minutes"]["best"]["float32"] > report["set14_minutes"]["fast"]["float32"]


def test_on_a_gpu_it_times_tf32_too_and_asks_the_device(gpu):
    report = check((64,), seconds=0, network="small")
    timed = {t["precision"] for t in report["timings"]}
    # The stand-in's tensors are on the CPU, where products in bf16 may not be had: then it says so and goes on.
    assert {"float32", "tf32"} <= timed and (timed | {case.split(", ")[2] for case in report["not_timed"]}) >= {"bf16"}
    assert report["device"] == "gpu:0 Stand-in 16 GB" and report["place"] == "gpu:0"
    assert report["memory"] == 16 * 2**30 - 2**20
    assert {t["memory"] for t in report["timings"]} == {4 * 2**20}
    assert {"synchronize", "reset"} <= set(gpu.asked)
    assert gpu.name == "gpu:0" and gpu.switches == {"cublas": True, "cudnn": True}


def test_a_gpu_is_compared_without_tf32_with_the_cpu(gpu, monkeypatch):
    seen = []
    first_step = check_parity.first_step

    def watched(problem, preset, *, seed, dtype):
        seen.append((gpu.name, dtype, dict(gpu.switches)))
        return first_step(problem, preset, seed=seed, dtype=dtype)

    monkeypatch.setattr(check_parity, "first_step", watched)
    assert all(each.passed for each in differences("small"))
    off = {"cublas": False, "cudnn": False}
    assert [(name, dtype) for name, dtype, _ in seen] == [("cpu", "float64"), ("gpu:0", "float32")] and seen[1][2] == off


def test_tf32_is_allowed_where_it_is_timed_and_only_there(gpu):
    seen = {}
    for allowed in (False, True):
        with device.tf32(allowed):
            seen[allowed] = dict(gpu.switches)
        assert gpu.switches == {"cublas": True, "cudnn": True}
    assert seen == {allowed: {"cublas": allowed, "cudnn": allowed} for allowed in (False, True)}


@pytest.mark.parametrize("fault", [1e-2, float("nan")])
def test_a_device_that_computes_wrongly_is_told(fault, monkeypatch):
    first_step = check_parity.first_step

    def faulty(problem, preset, *, seed, dtype):
        arrays = first_step(problem, preset, seed=seed, dtype=dtype)
        return arrays if dtype == "float64" else {name: value * (1 + fault) for name, value in arrays.items()}

    monkeypatch.setattr(check_parity, "first_step", faulty)
    found = {each.what: each.passed for each in differences("small")}
    assert not found["output, largest difference"] and not found["loss, relative"]


def test_a_case_that_fails_is_told_and_the_rest_goes_on(monkeypatch):
    def failing(case):
        if case.preset == "paper":
            raise MemoryError("no room\nfor it")
        return timing.timed(case)

    monkeypatch.setattr(check_run, "timed_apart", failing)
    report = check((64,), seconds=0, network="small")
    assert report["not_timed"]["paper, 64x64, float32"] == "no room"
    assert {t["preset"] for t in report["timings"]} == set(timing.timed_presets()) - {"paper"} and "paper" not in report[
        "set14_minutes"
    ]


def test_what_there_is_no_time_for_is_told(monkeypatch):
    monkeypatch.setattr(check_run, "_MOST_SECONDS", -1)
    report = check((64,), seconds=0, network="small")
    assert not report["timings"] and "took all the time" in report["not_timed"]["paper, 64x64, float32"]


def test_on_a_cpu_each_case_has_a_process_of_its_own_so_its_memory_is_its_own():
    """In one process the second case would find the memory that the first has left."""
    case = timing.Case("quick", 256, "float32", 0)
    first, second = timing.timed_apart(case), timing.timed_apart(case)
    assert first.memory == pytest.approx(second.memory, rel=0.2) and second.memory > 2**25


def test_each_preset_has_a_timed_one_of_its_network():
    for name in ("fast", "quick", "best", "paper"):
        preset, alike = (super_resolution_preset(each, 8) for each in (name, timing.like(name)))
        assert (preset.network, preset.optimiser) == (alike.network, alike.optimiser)
    assert {timing.like(name) for name in ("fast", "best", "paper")} <= set(timing.timed_presets())


def timing_of(preset: str, side: int, seconds: float) -> Timing:
    return Timing(preset, side, "float32", seconds, seconds / 2, None, 1)


def test_minutes_are_the_steps_of_all_images_at_the_timed_rate():
    pixels = 11.98828125 * 512**2  # of Set14 at x8, see docs/protocol.md
    proportional = [timing_of("paper", 256, 0.25), timing_of("paper", 512, 1.0)]
    assert minutes(proportional)["paper"]["float32"] == pytest.approx(5000 * pixels / 512**2 / 60)
    constant = [timing_of("paper", 256, 0.02), timing_of("paper", 512, 0.02)]  # a GPU that waits for its caller
    assert minutes(constant)["paper"]["float32"] == pytest.approx(5000 * 14 * 0.02 / 60, rel=0.05)
    fast = super_resolution_preset("fast", 8)
    half = minutes([timing_of("fast", 256, 0.25)])["fast"]["float32"]
    assert half == pytest.approx(fast.steps * fast.members * pixels / 4 / 256**2 * 0.25 / 60)


@pytest.mark.parametrize("free", [2**30, 8 * 2**30])
def test_the_largest_photo_fits_and_one_pixel_more_does_not(free):
    side, preset = largest_photo(4, "fast", free), super_resolution_preset("fast", 4)
    sizes = [peak_bytes(Photo(np.broadcast_to(np.float32(0), (3, s, s))), 4, preset) for s in (side, side + 1)]
    assert sizes[0] <= free < sizes[1]
    assert largest_photo(4, "fast", free, scale=2.0) < side


def test_unknown_memory_gives_no_largest_photo():
    assert largest_photo(4, "fast", None) is None and largest_photo(4, "fast", 2**16) == 0


def test_the_command_writes_the_report_and_shows_it(tmp_path):
    result = command("-m", "paddle_dip", "check", "--sides", "64", "--seconds", 0, "--out", tmp_path / "r.json")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["passed"] and report["timings"][0]["side"] == 64
    for words in ("Against the CPU", "One step", "Set14 at x8", "Largest photo", "r.json"):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sides", "100"), "--sides"),
        (("--sides", "many"), "--sides"),
        (("--seconds", "-1"), "--seconds"),
        (("--out", "r.txt"), ".json"),
    ],
)
def test_bad_options_are_refused(options, words):
    assert_refused(command("-m", "paddle_dip", "check", *options), words)
