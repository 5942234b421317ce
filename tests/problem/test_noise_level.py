"""The estimated noise is the added one."""

import numpy as np
import pytest
from skimage import data

from paddle_dip.problem.noise_level import noise_level, noise_levels
from paddle_dip.problem.randomness import grain


@pytest.mark.parametrize("sigma", [0, 10, 25, 50])
def test_on_a_smooth_picture(sigma):
    rows, columns = np.mgrid[0:80, 0:100] / 30
    picture = np.stack([np.sin(rows) * np.cos(columns)] * 3)
    assert 255 * noise_level(picture + grain(picture.shape, sigma / 255, 0)) == pytest.approx(sigma, rel=0.03, abs=0.1)


def test_on_a_photo():
    photo = data.astronaut().transpose(2, 0, 1) / 255
    assert 255 * noise_level(photo + grain(photo.shape, 25 / 255, 0)) == pytest.approx(25, rel=0.1)


def test_each_channel_has_its_own():
    rows, columns = np.mgrid[0:120, 0:150] / 30
    picture = np.stack([np.sin(rows) * np.cos(columns)] * 3)
    sigmas = np.array([5, 20, 40]) / 255
    noisy = picture + grain(picture.shape, 1, 0) * sigmas[:, None, None]
    np.testing.assert_allclose(noise_levels(noisy), sigmas, rtol=0.05)
    assert noise_level(noisy) == pytest.approx(np.sqrt((sigmas**2).mean()), rel=0.05)


@pytest.mark.parametrize("photons", [10, 30, 100])
def test_noise_that_grows_with_the_light_is_near_its_root_mean_square(photons):
    """The stopping rule compares a mean squared error with it."""
    photo = data.astronaut()[:300, :300].transpose(2, 0, 1) / 255
    noisy = np.random.default_rng(0).poisson(photo * photons) / photons
    true = np.sqrt(((noisy - photo) ** 2).mean())
    assert noise_level(noisy) == pytest.approx(true, rel=0.12)


@pytest.mark.parametrize("bits", [8, 16])
def test_grey_of_any_depth(bits):
    photo = data.camera()[None, 200:400, 100:300] / 255
    top = 2**bits - 1
    noisy = ((photo + grain(photo.shape, 20 / 255, 0)).clip(0, 1) * top).round() / top
    assert 255 * noise_level(noisy) == pytest.approx(20, rel=0.15)
