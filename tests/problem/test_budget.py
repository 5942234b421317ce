"""The memory check speaks before the work, and says what would fit."""

import re
from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.problem.budget import check_memory, fit_bytes
from paddle_dip.problem.catalogue import NETWORKS
from paddle_dip.problem.presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution


def problem(side: int, preset):
    return super_resolution(np.zeros((3, side, 2 * side), np.float32), 8, preset)


@pytest.mark.parametrize("name", ["fast", "paper"])
def test_what_the_message_says_would_fit_does_fit(name):
    preset = super_resolution_preset(name, 8)
    free = fit_bytes(problem(40, preset), preset)
    check_memory(problem(40, preset), preset, free)
    with pytest.raises(ValueError, match="would fit") as caught:
        check_memory(problem(100, preset), preset, free)
    width, height = map(int, re.search(r"at most (\d+)x(\d+)", str(caught.value)).groups())
    assert 35 <= height <= 40 and width == pytest.approx(2 * height, abs=1)
    check_memory(problem(height, preset), preset, free)


def test_unknown_memory_is_no_reason_to_refuse():
    preset = super_resolution_preset("paper", 8)
    check_memory(problem(100, preset), preset, None)


# MiB that two steps at 512x512 added to the process, plain Paddle 3.3.1, one thread.
@pytest.mark.parametrize(
    ("network", "measured"), [("pixel-shuffle", 228), ("transposed", 165), ("unet", 978), ("deep-decoder", 767)]
)
def test_the_estimate_is_near_what_was_measured(network, measured):
    preset = replace(super_resolution_preset("paper", 8), network=NETWORKS[network])
    task = super_resolution(np.zeros((3, 64, 64), np.float32), 8, preset)
    assert fit_bytes(task, preset) / 2**20 == pytest.approx(measured, rel=0.2)


def test_plain_layers_take_more_than_the_compiled_ones():
    paper = super_resolution_preset("paper", 8)
    plain = replace(paper, network=replace(paper.network, pad="zero"))
    assert fit_bytes(problem(64, plain), plain) > 1.5 * fit_bytes(problem(64, paper), paper)


def test_the_paper_takes_more_than_fast():
    presets = [super_resolution_preset(name, 8) for name in ("fast", "paper")]
    sizes = [fit_bytes(problem(32, preset), preset) for preset in presets]
    assert sizes[1] > 5 * sizes[0]
