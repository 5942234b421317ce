"""The memory check speaks before the work, and says what would fit."""

import re
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from paddle_dip.io.images import Photo
from paddle_dip.problem.budget import check_limit, check_memory, fit_bytes, peak_bytes
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.runs.restore import finish
from paddle_dip.solver.fast.operators import has_bf16
from tests.conftest import process


def photo(side: int) -> Photo:
    return Photo(np.broadcast_to(np.float32(0), (3, side, 2 * side)))


@pytest.mark.parametrize("name", ["fast", "paper"])
def test_what_the_message_says_would_fit_does_fit(name):
    preset = super_resolution_preset(name, 8)
    free = peak_bytes(photo(40), 8, preset)
    check_memory(photo(40), 8, preset, free)
    with pytest.raises(ValueError, match="would fit") as caught:
        check_memory(photo(100), 8, preset, free)
    width, height = map(int, re.search(r"at most (\d+)x(\d+)", str(caught.value)).groups())
    assert 35 <= height <= 40 and width == pytest.approx(2 * height, abs=1)
    check_memory(photo(height), 8, preset, free)


def test_tiles_are_the_way_out_where_they_fit():
    preset = super_resolution_preset("paper", 8)
    with pytest.raises(ValueError, match="a max-memory of") as caught:
        check_memory(photo(200), 8, preset, 2 * 2**30)
    limit = float(re.search(r"max-memory of ([\d.]+)", str(caught.value))[1])
    check_limit(photo(200), 8, preset, int(limit * 2**30))
    assert "a smaller factor" in str(caught.value)
    with pytest.raises(ValueError, match="would fit") as caught:
        check_memory(photo(200), 8, preset, 2**25)
    assert "max-memory" not in str(caught.value)


def test_a_photo_of_no_pixels_is_no_way_out():
    with pytest.raises(ValueError, match="a smaller factor") as caught:
        check_memory(photo(40), 100_000, super_resolution_preset("fast", 8), 2**30)
    assert "would fit" not in str(caught.value)


def test_a_task_without_a_factor_is_not_told_to_change_it():
    with pytest.raises(ValueError, match="a max-memory of") as caught:
        check_memory(photo(3000), 1, task_preset("denoise", "paper"), 2**31)
    assert "factor" not in str(caught.value)


@pytest.mark.parametrize("shown", [photo(3000), replace(photo(20), alpha=np.zeros((20, 40)))])
def test_the_limit_that_the_message_names_is_enough_and_hardly_less_is(shown):
    preset = super_resolution_preset("fast", 4)
    with pytest.raises(ValueError, match="is too little") as caught:
        check_limit(shown, 4, preset, 2**20)
    enough = float(re.search(r"([\d.]+) would be enough", str(caught.value))[1])
    check_limit(shown, 4, preset, int(enough * 2**30))
    with pytest.raises(ValueError, match="^max_memory"):
        check_limit(shown, 4, preset, int((enough - 0.02) * 2**30))


def test_the_result_counts_however_small_the_tiles_are():
    preset = super_resolution_preset("fast", 4)
    large = photo(3000)  # 3000x6000: 3.2 GiB as float32 once enlarged, 0.2 GiB before
    assert peak_bytes(large, 4, preset, (32, 32)) > 3.4 * 2**30


def test_unknown_memory_is_no_reason_to_refuse():
    check_memory(photo(100), 8, super_resolution_preset("paper", 8), None)


# MiB that two steps at 512x512 added to the process, plain Paddle 3.3.1, one thread.
@pytest.mark.parametrize(
    ("network", "measured"), [("pixel-shuffle", 228), ("transposed", 165), ("unet", 978), ("deep-decoder", 767)]
)
def test_the_estimate_is_near_what_was_measured(network, measured):
    preset = replace(super_resolution_preset("paper", 8), network=NETWORKS[network])
    assert fit_bytes((512, 512), preset) / 2**20 == pytest.approx(measured, rel=0.2)


# MiB that three steps at 512x512 added to the process, compiled operators, one thread.
MEASURED = {("paper", "adam"): 1533, ("fast", "adam"): 438, ("fast", "soap"): 436, ("paper", "soap"): 1553, ("quick", "soap"): 297}


@pytest.mark.parametrize(("name", "optimiser"), MEASURED)
def test_the_presets_estimates_are_near_what_was_measured(name, optimiser):
    preset = replace(super_resolution_preset(name, 8), work_scale=1, optimiser=optimiser)
    assert fit_bytes((512, 512), preset) / 2**20 == pytest.approx(MEASURED[name, optimiser], rel=0.15)


@pytest.mark.parametrize(("name", "measured"), [("paper", 1045), ("fast", 338), ("quick", 247)])
def test_the_estimates_in_bf16_are_near_what_was_measured(name, measured):
    preset = replace(super_resolution_preset(name, 8), work_scale=1, precision="bf16")
    assert fit_bytes((512, 512), preset) / 2**20 == pytest.approx(measured, rel=0.15)


MEASURE = """
from paddle_dip.evaluation.check.timing import Case, timed
print(timed(Case({name!r}, 512, {precision!r}, 0)).memory)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the system doesn't tell a process's peak memory")
@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("name", ["fast", "quick", "paper"])
def test_the_presets_estimates_are_near_what_is_measured(name, precision):
    if precision == "bf16" and not has_bf16():
        pytest.skip("this CPU has no bfloat16 products")
    result = process("-c", MEASURE.format(name=name, precision=precision))
    assert result.returncode == 0, result.stderr
    preset = replace(super_resolution_preset(name, 8), work_scale=1, precision=precision)
    assert fit_bytes((512, 512), preset) == pytest.approx(int(result.stdout.split()[-1]), rel=0.15)


def test_an_optimiser_takes_what_it_keeps():
    fast = replace(super_resolution_preset("fast", 8), steps=200, network=NETWORKS["skip-64"])
    adam, soap, lbfgs = (fit_bytes((256, 256), replace(fast, optimiser=name)) / 2**20 for name in ("adam", "soap", "lbfgs"))
    assert 6 < soap - adam < 12  # MiB; measured: 6, and the guard's copy
    assert lbfgs - adam > 1000


def test_plain_layers_take_more_than_the_compiled_ones():
    paper = super_resolution_preset("paper", 8)
    plain = replace(paper, network=replace(paper.network, pad="zero"))
    assert fit_bytes((512, 1024), plain) > 1.5 * fit_bytes((512, 1024), paper)


def test_what_a_refined_result_takes_is_near_the_estimate():
    preset = super_resolution_preset("fast", 8)
    problem = super_resolution(np.full((3, 40, 32), 0.5, np.float32), 8, preset)
    problem.exact.inverse  # noqa: B018  computed once and kept: no part of what a result takes
    tracemalloc.start()
    finish(problem, preset, np.full((3, *problem.canvas), 0.5, np.float32))
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    refined, plain = (fit_bytes(problem.size, p) for p in (preset, replace(preset, **NO_REFINEMENT)))
    assert 100 + (refined - plain) / np.prod(problem.size) == pytest.approx(taken / np.prod(problem.size), rel=0.1)


def test_the_paper_takes_more_than_fast():
    presets = [super_resolution_preset(name, 8) for name in ("fast", "paper")]
    sizes = [fit_bytes((256, 512), preset) for preset in presets]
    assert sizes[1] > 5 * sizes[0]
