"""Scores of pictures, and the unsharp mask that a deblurrer has to beat."""

import numpy as np
import pytest

from paddle_dip.problem.convolution import convolved
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.scores import hole_scores, mean_scores, scores
from paddle_dip.trained.problem.sharpening import best_balance, best_unsharp, unsharp


def test_scores_are_of_what_eight_bits_hold(picture):
    truth = (picture * 255).round() / np.float32(255)
    assert scores(truth + 0.001, truth) == {"psnr": float("inf"), "ssim": pytest.approx(1)}
    assert scores(truth + 0.1, truth)["psnr"] < 25
    assert scores(truth[:1], truth[:1])["ssim"] == pytest.approx(1)


def test_a_hole_is_judged_alone_beside_the_mean_colour_of_what_is_around_it():
    truth, hole = np.full((3, 4, 4), 0.4), np.zeros((1, 4, 4))
    hole[:, 1:3, 1:3] = 1
    truth[:, 1:3, 1:3] = 0.9
    found = hole_scores(np.full_like(truth, 0.7), truth, hole)
    assert found == {"hole_l1": pytest.approx(0.2), "mean_fill_l1": pytest.approx(0.5), "mean_fill_psnr": pytest.approx(12.0412)}


def test_means_of_scores():
    assert mean_scores([{"psnr": 20.0, "ssim": 0.5}, {"psnr": 30.0, "ssim": 0.7}]) == {"psnr": 25.0, "ssim": pytest.approx(0.6)}


def test_unsharp_masking_helps_a_blurred_picture_and_is_tuned_to_it(picture):
    sharp = np.random.default_rng(0).random((3, 8, 8)).repeat(8, axis=1).repeat(8, axis=2)
    blurred = convolved(sharp, blur_kernel("disk", 2.0)).clip(0, 1)
    radius, amount = best_unsharp([(blurred, sharp)])
    assert scores(unsharp(blurred, radius, amount), sharp)["psnr"] > scores(blurred, sharp)["psnr"] + 0.5
    np.testing.assert_array_equal(unsharp(picture, 2.0, 0.0), picture.clip(0, 1))


def test_wieners_balance_is_tuned_to_the_noise(picture):
    kernel, noise = blur_kernel("disk", 2.0), np.random.default_rng(0).standard_normal(picture.shape)
    blurred = convolved(picture, kernel)
    clean, noisy = (best_balance([(blurred + sigma * noise, picture)], kernel) for sigma in (0.001, 0.1))
    assert clean < noisy
