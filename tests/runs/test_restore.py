"""What a canvas amounts to, at the end and on the way there."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising, super_resolution
from paddle_dip.runs.restore import finish, shown_image

CANVAS = np.random.default_rng(0).random((3, 48, 64))


@pytest.mark.parametrize(("reach", "near"), [(12, 9), (9, 9), (5, 5)])
def test_until_a_fit_is_over_non_local_means_are_taken_once_and_near_by(reach, near):
    preset = replace(super_resolution_preset("fast", 4), non_local_means_passes=3, non_local_means_reach=reach)
    problem = super_resolution(np.random.default_rng(1).random((3, 12, 16)), 4, preset)
    once = replace(preset, non_local_means_passes=1, non_local_means_reach=near)
    shown, result = shown_image(problem, preset, CANVAS, over=False), finish(problem, preset, CANVAS)
    np.testing.assert_array_equal(shown, finish(problem, once, CANVAS))
    np.testing.assert_array_equal(shown_image(problem, preset, CANVAS, over=True), result)
    assert (shown != result).any()


def test_what_is_shown_is_the_result_where_nothing_was_shrunk():
    preset = task_preset("denoise", "fast")
    problem = denoising(CANVAS, preset)
    np.testing.assert_array_equal(shown_image(problem, preset, CANVAS, over=False), finish(problem, preset, CANVAS))
