"""The metric by its definition; the published averages are in tests/report/test_scores.py."""

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.problem.metrics import luma, psnr, psnr_rgb, psnr_y, ssim_y


def test_luma_of_black_and_white_is_studio_range():
    assert luma(np.zeros((3, 1, 1)))[0, 0] == pytest.approx(16 / 255)
    assert luma(np.ones((3, 1, 1)))[0, 0] == pytest.approx(235 / 255)
    assert luma(np.array([0.0, 1.0, 0.0]).reshape(3, 1, 1))[0, 0] == pytest.approx((16 + 128.553) / 255)


def test_psnr_of_a_constant_error():
    assert psnr(np.full((3, 8, 8), 0.6), np.full((3, 8, 8), 0.5)) == pytest.approx(20)
    assert psnr(np.zeros(3), np.zeros(3)) == float("inf")


def test_the_border_does_not_count_and_the_pixel_inside_it_does():
    truth = np.full((3, 32, 32), 0.5)
    for row, column, counts in [(3, 16, False), (4, 16, True), (26, 16, True), (27, 16, False), (16, 3, False), (16, 27, False)]:
        image = truth.copy()
        image[:, row, column] = 0.9
        assert np.isfinite(psnr_y(image, truth)) == counts
        assert np.isfinite(psnr_rgb(image, truth)) == counts


def test_ssim_is_one_for_equal_images_and_falls_with_noise(picture):
    assert ssim_y(picture, picture) == pytest.approx(1)
    noisy = picture + 0.2 * np.random.default_rng(0).standard_normal(picture.shape)
    assert ssim_y(noisy, picture) < 0.9


@pytest.mark.parametrize("score", [psnr, psnr_y, psnr_rgb])
def test_of_different_shapes_the_whole_ones_are_named(score):
    with pytest.raises(InputError, match=r"one shape, not \(3, 20, 31\) and \(3, 20, 30\)"):
        score(np.zeros((3, 20, 31)), np.zeros((3, 20, 30)))


def test_different_shapes_are_refused_even_where_they_would_broadcast():
    with pytest.raises(ValueError, match="one shape"):
        psnr(np.zeros((3, 8, 8)), np.zeros((1, 8, 8)))
