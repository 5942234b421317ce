"""The memory check speaks before the work, and says what would fit."""

import re

import numpy as np
import pytest

from paddle_dip.problem.budget import check_memory, fit_bytes
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


def test_the_paper_takes_more_than_fast():
    presets = [super_resolution_preset(name, 8) for name in ("fast", "paper")]
    sizes = [fit_bytes(problem(32, preset), preset) for preset in presets]
    assert sizes[1] > 5 * sizes[0]
