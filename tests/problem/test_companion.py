"""The companion of a fit: made of the observation alone, and given the share that brings the mean nearest to the truth."""

from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from paddle_dip.errors import InputError
from paddle_dip.evaluation.study.cases import Damage, damaged_case
from paddle_dip.problem.companion import _share, joined
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import problem_of_tile, task_preset
from paddle_dip.problem.tasks import deblocking, super_resolution
from paddle_dip.runs.restore import finish

PICTURE = (data.astronaut()[40:140, 160:280].transpose(2, 0, 1) / 255).astype(np.float32)
DAMAGES = [Damage("denoise", 25), Damage("restore-pixels", 0.5)]
ERROR = 0.04 * np.random.default_rng(1).standard_normal(PICTURE.shape)


def case_of(damage: Damage):
    preset = replace(task_preset(damage.task), stop="held-out", companion=True, keep_known=False)
    case = damaged_case("astronaut", PICTURE, damage, preset)
    return case.truth, case.problem, preset


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.task)
def test_the_mean_of_both_is_nearer_than_each(damage):
    truth, problem, preset = case_of(damage)
    fitted = truth + ERROR
    alone = max(psnr(fitted, truth), psnr(problem.companion, truth))
    for stop in ("held-out", "never"):
        assert psnr(joined(fitted, problem, replace(preset, stop=stop)), truth) > alone + 0.5


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.task)
def test_the_share_is_nearly_the_one_that_knows_the_truth(damage):
    truth, problem, _ = case_of(damage)
    for strength in (0.3, 1.0, 2.0):
        fitted, other = truth + strength * ERROR, problem.blind_companion
        unknown = np.broadcast_to(other.withheld if problem.known is None else problem.known == 0, truth.shape)
        missed, apart = (truth - fitted)[unknown], (other.image - fitted)[unknown]
        best = (missed * apart).sum() / (apart**2).sum()
        assert _share(fitted, problem.observation, other) == pytest.approx(best, abs=0.1)


def test_what_is_right_already_stays_and_what_is_far_off_gives_way():
    truth, problem, preset = case_of(DAMAGES[1])
    np.testing.assert_allclose(joined(truth.astype(np.float64), problem, preset), truth, atol=1e-3)
    np.testing.assert_allclose(joined(truth + 5.0, problem, preset), problem.companion, atol=0.05)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.task)
def test_the_withheld_pixels_are_unknown_to_it(damage):
    _, problem, _ = case_of(damage)
    spoilt = np.where(problem.blind_companion.withheld, 1.0, problem.observation).astype(np.float32)
    other = replace(problem, observation=spoilt)
    np.testing.assert_array_equal(other.blind_companion.image, problem.blind_companion.image)
    assert np.abs(other.companion - problem.companion).max() > 0.1


def test_a_result_is_joined_before_the_known_pixels_are_put_back():
    truth, problem, preset = case_of(DAMAGES[1])
    result = finish(problem, replace(preset, keep_known=True), truth + ERROR)
    known = np.broadcast_to(problem.known > 0, truth.shape)
    np.testing.assert_array_equal(result[known], problem.observation[known])
    assert psnr(result, truth) > psnr(finish(problem, replace(preset, keep_known=True, companion=False), truth + ERROR), truth)


def test_a_tile_of_a_jpeg_file_knows_its_noise_though_its_result_isnt_kept_to_the_file():
    preset = replace(task_preset("dejpeg"), companion=True)
    file = damaged_case("astronaut", PICTURE, Damage("dejpeg", 10), preset).problem.jpeg
    assert file is not None
    tile = problem_of_tile("dejpeg", PICTURE, preset, (slice(0, 64), slice(0, 64)), jpeg=file)
    assert tile.jpeg is None and tile.companion is not None
    whole = problem_of_tile("dejpeg", PICTURE, preset, (slice(0, 100), slice(0, 120)), jpeg=file)
    assert tile.rounding == whole.rounding and whole.sigma is None


def test_pixels_of_which_nothing_is_known_have_none():
    preset = replace(task_preset("dejpeg"), companion=True)
    np.testing.assert_array_equal(joined(PICTURE, deblocking(PICTURE, preset), preset), PICTURE)


def test_what_magnifies_has_none():
    preset = replace(super_resolution_preset("fast", 4), companion=True)
    with pytest.raises(InputError, match="companion is for tasks that magnify nothing"):
        super_resolution(PICTURE, 4, preset)
