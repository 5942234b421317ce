"""A mean over turns, and a picture made to agree with the photo it came from."""

import numpy as np
import pytest

from paddle_dip.problem.convolution import convolved
from paddle_dip.problem.metrics import psnr
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.refinement import corrected, turned_mean


@pytest.fixture
def square(picture):
    return picture[:, :31, :31]


def test_what_does_not_depend_on_the_turn_is_kept(square):
    np.testing.assert_allclose(turned_mean(lambda seen: seen, square), square, atol=1e-6)
    kernel = blur_kernel("disk", 2.0)
    np.testing.assert_allclose(turned_mean(lambda seen: convolved(seen, kernel), square), convolved(square, kernel), atol=1e-6)


def test_what_depends_on_the_turn_is_averaged_out(square):
    slope = np.linspace(-0.1, 0.1, 31)
    np.testing.assert_allclose(turned_mean(lambda seen: seen + slope, square), square, atol=1e-6)
    corner = np.zeros((31, 31))
    corner[0, 0] = 1  # eight ways, two of them to each corner
    places = turned_mean(lambda seen: seen + corner, square) - square
    assert [places[0, row, column] for row in (0, -1) for column in (0, -1)] == [pytest.approx(0.25)] * 4


def test_a_picture_that_agrees_is_kept_and_a_wrong_colour_comes_right(square):
    kernel = blur_kernel("disk", 2.0)
    blurred = convolved(square, kernel)
    np.testing.assert_allclose(corrected(square, blurred, kernel), square, atol=1e-9)
    tinted = square * 0.9 + np.array([0.05, 0.0, 0.1])[:, None, None]
    assert psnr(corrected(tinted, blurred, kernel), square) > psnr(tinted, square) + 6
