"""Refinements: each does what it says, and none loses the observation."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.refinement import consistent_with, refined
from paddle_dip.problem.resampling import back_project, pillow_resize
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution

PLAIN = replace(super_resolution_preset("fast", 4), **NO_REFINEMENT)
SIZE = (48, 64)


def waves(channels: int = 3) -> np.ndarray:
    """A picture that repeats itself, float64 [channels, *SIZE], with details that a quarter of the size can't hold."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.stack([0.5 + 0.2 * np.sin(rows * (1.1 + c / 10)) * np.cos(columns / 3) for c in range(channels)])


def magnified(truth: np.ndarray):
    return super_resolution(pillow_resize(SIZE, (12, 16))(truth), 4, PLAIN)


def test_nothing_asked_nothing_changed():
    truth = waves()
    np.testing.assert_array_equal(refined(truth, magnified(truth), PLAIN), truth)


def test_back_projection_alone_is_back_projection():
    truth = waves()
    problem, blank = magnified(truth), np.full(truth.shape, 0.5)
    projected = back_project(blank, problem.observation, problem.exact, passes=2)
    np.testing.assert_array_equal(refined(blank, problem, replace(PLAIN, back_projection=2)), projected)


@pytest.mark.parametrize("channels", [1, 3])
def test_details_that_were_held_back_come_back(channels):
    truth = waves(channels)
    problem, preset = magnified(truth), replace(PLAIN, back_projection=1)
    smooth = pillow_resize((12, 16), SIZE, kernel="bicubic")(problem.observation.astype(np.float64))
    smooth = refined(smooth, problem, preset)
    held_back = smooth + 0.5 * (refined(truth, problem, preset) - smooth)
    np.testing.assert_allclose(refined(held_back, problem, replace(preset, detail_gain=2.0)), truth, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
def test_grain_on_what_repeats_itself_is_averaged_away(channels):
    truth, grain = waves(channels), 0.02 * np.random.default_rng(0).standard_normal((channels, *SIZE))
    cleaned = refined(truth + grain, magnified(truth), replace(PLAIN, non_local_means=0.03))
    assert np.abs(cleaned - truth).mean() < 0.75 * np.abs(grain).mean()


def test_each_pass_of_non_local_means_takes_half_the_strength_of_the_one_before():
    truth = waves()
    problem, rough = magnified(truth), (truth + 0.02 * np.random.default_rng(0).standard_normal(truth.shape)).clip(0, 1)
    preset = replace(PLAIN, back_projection=1, non_local_means=0.03)
    one_by_one = rough
    for strength in (0.03, 0.015, 0.0075):
        one_by_one = refined(one_by_one, problem, replace(preset, non_local_means=strength))
    at_once = refined(rough, problem, replace(preset, non_local_means_passes=3))
    # One by one is back-projected twice more, which changes next to nothing.
    np.testing.assert_allclose(at_once, one_by_one, atol=1e-6)
    assert np.abs(at_once - refined(rough, problem, preset)).max() > 1e-3


def test_only_the_first_pass_of_non_local_means_looks_far():
    """Two dots, alike but for their noise, 15 pixels apart: averaged with each other where the reach lets them."""
    dots = np.full((1, *SIZE), 0.5)
    dots[0, 20:24, 10:14], dots[0, 20:24, 25:29] = 0.9, 0.86
    problem, preset = magnified(dots), replace(PLAIN, non_local_means=0.05, non_local_means_passes=2)

    def apart(reach: int) -> float:
        image = refined(dots, problem, replace(preset, non_local_means_reach=reach))[0]
        return image[21:23, 11:13].mean() - image[21:23, 26:28].mean()

    assert apart(9) > 0.035 and apart(18) < 0.02
    near, far = (replace(preset, non_local_means_passes=1, non_local_means_reach=reach) for reach in (9, 18))
    by_hand = refined(refined(dots, problem, far), problem, replace(near, non_local_means=0.025))
    np.testing.assert_allclose(refined(dots, problem, replace(preset, non_local_means_reach=18)), by_hand, atol=1e-6)


@pytest.mark.parametrize("name", ["fast", "best"])
def test_the_result_still_shrinks_to_the_observation(name):
    truth = waves()
    problem = magnified(truth)
    rough = (truth + 0.1 * np.random.default_rng(0).standard_normal(truth.shape)).clip(0, 1)
    image = refined(rough, problem, super_resolution_preset(name, 4))
    assert image.min() >= 0 and image.max() <= 1
    np.testing.assert_allclose(problem.exact(image), problem.observation, atol=1e-6)


def test_an_image_of_tiles_is_made_consistent_as_a_whole():
    """In blocks, as one block would be; what it shrinks to is the observation, also where tiles disagreed."""
    preset = super_resolution_preset("fast", 2)
    rows, columns = np.mgrid[0:300, 0:360] / 90
    truth = np.stack([0.5 + 0.4 * np.sin(rows + c) * np.cos(columns) for c in range(3)])
    exact = pillow_resize((300, 360), (150, 180))
    observation = exact(truth).astype(np.float32)
    uneven = (truth + 0.05 * (columns > 1.8) * (columns < 2.2) + 0.02 * np.cos(99 * rows)).astype(np.float32).clip(0, 1)
    made = consistent_with(observation, uneven, 2, preset)
    assert np.abs(exact(uneven) - observation).max() > 0.04 and np.abs(exact(made) - observation).max() < 1e-3
    np.testing.assert_allclose(made, back_project(uneven, observation, exact, passes=3), atol=1e-3)
    assert consistent_with(observation, uneven, 2, replace(preset, back_projection=0)) is uneven
