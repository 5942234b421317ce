"""The simple methods do what they say."""

import numpy as np

from paddle_dip.problem.baselines import biharmonic_filled, mean_filled, wiener_sharpened
from paddle_dip.problem.convolution import convolved
from paddle_dip.problem.metrics import psnr
from paddle_dip.trained.problem.blurs import blur_kernel


def holed(picture):
    hole = np.zeros((1, *picture.shape[1:]))
    hole[:, 12:18, 8:20] = 1
    return picture * (1 - hole), hole


def test_the_mean_colour_is_of_what_is_left():
    picture, hole = np.full((3, 4, 4), 0.25), np.zeros((1, 4, 4))
    hole[:, :2], picture[:, :2] = 1, 0.9
    np.testing.assert_allclose(mean_filled(picture, hole), 0.25)


def test_a_plane_is_bent_back_exactly_and_the_rest_is_kept(picture):
    plane = np.broadcast_to(np.linspace(0.2, 0.8, 31), (3, 37, 31))
    np.testing.assert_allclose(biharmonic_filled(*holed(plane)), plane, atol=1e-6)
    damaged, hole = holed(picture)
    filled = biharmonic_filled(damaged, hole)
    np.testing.assert_allclose(filled[:, hole[0] == 0], picture[:, hole[0] == 0], atol=1e-12)
    assert psnr(filled, picture) > psnr(mean_filled(damaged, hole), picture)


def test_wiener_undoes_most_of_a_known_blur(picture):
    kernel = blur_kernel("disk", 2.0)
    blurred = convolved(picture, kernel)
    assert psnr(wiener_sharpened(blurred, kernel, 1e-3), picture) > psnr(blurred, picture) + 2
