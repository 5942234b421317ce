"""Blur kernels by their definitions, and the convolution against a slow one."""

import numpy as np
import pytest

from paddle_dip.trained.problem.blurs import BLURS, blur_kernel


@pytest.mark.parametrize("name", BLURS)
@pytest.mark.parametrize("strength", [0.3, 1.0, 2.6, 5.0])
def test_kernels_sum_to_one_and_are_symmetric(name, strength):
    kernel = blur_kernel(name, strength)
    assert kernel.sum() == pytest.approx(1) and kernel.min() >= 0 and len(kernel) % 2 == 1
    np.testing.assert_allclose(kernel, kernel[::-1], atol=1e-15)
    np.testing.assert_allclose(kernel, kernel.T, atol=1e-15)


def test_a_disk_is_flat_inside_and_nought_outside():
    kernel = blur_kernel("disk", 5.0)
    y, x = np.mgrid[-5:6, -5:6]
    distance = np.hypot(x, y)
    assert kernel.shape == (11, 11)
    np.testing.assert_allclose(kernel[distance < 4], 1 / (np.pi * 25), rtol=1e-3)
    assert (kernel[distance > 6] == 0).all()


def test_a_gaussian_has_its_standard_deviation():
    kernel = blur_kernel("gaussian", 2.0)
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    assert np.sqrt((kernel.sum(axis=0) * offsets**2).sum()) == pytest.approx(2.0, rel=1e-2)


@pytest.mark.parametrize(
    ("name", "strength", "words"), [("lens", 1, "disk, gaussian"), ("disk", 0, "above 0"), ("disk", float("nan"), "above 0")]
)
def test_bad_blurs_are_refused(name, strength, words):
    with pytest.raises(ValueError, match=words):
        blur_kernel(name, strength)
