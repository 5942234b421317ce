"""The estimated noise is the added one."""

import numpy as np
import pytest
from skimage import data

from paddle_dip.problem.noise_level import noise_level
from paddle_dip.problem.randomness import grain


@pytest.mark.parametrize("sigma", [0, 10, 25, 50])
def test_on_a_smooth_picture(sigma):
    rows, columns = np.mgrid[0:80, 0:100] / 30
    picture = np.stack([np.sin(rows) * np.cos(columns)] * 3)
    assert 255 * noise_level(picture + grain(picture.shape, sigma / 255, 0)) == pytest.approx(sigma, rel=0.03, abs=0.1)


def test_on_a_photo():
    photo = data.astronaut().transpose(2, 0, 1) / 255
    assert 255 * noise_level(photo + grain(photo.shape, 25 / 255, 0)) == pytest.approx(25, rel=0.1)
