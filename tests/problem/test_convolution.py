"""A blur is the sum it says, with any odd kernel, and refuses another."""

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.problem.convolution import KernelBlur, convolved


@pytest.mark.parametrize(("k", "l"), [(5, 5), (3, 7), (9, 1), (1, 1)])
def test_convolution_is_the_sum_it_says(k, l):  # noqa: E741  the kernel's sides
    draw = np.random.default_rng(0)
    picture, kernel = draw.random((3, 37, 31)), draw.random((k, l))
    padded = np.pad(picture, ((0, 0), (k // 2, k // 2), (l // 2, l // 2)), mode="edge")
    slow = sum(kernel[i, j] * padded[:, k - 1 - i : k - 1 - i + 37, l - 1 - j : l - 1 - j + 31] for i in range(k) for j in range(l))
    np.testing.assert_allclose(convolved(picture, kernel), slow, atol=1e-12)


def test_a_kernel_of_sum_1_keeps_what_is_even_and_one_pixel_shifts():
    np.testing.assert_allclose(KernelBlur(np.full((3, 9), 1 / 27))(np.full((1, 11, 7), 0.3)), 0.3, atol=1e-12)
    picture, right = np.random.default_rng(0).random((3, 11, 7)), np.array([[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(KernelBlur(right)(picture)[:, :, 1:], picture[:, :, :-1], atol=1e-12)


def test_a_blur_keeps_the_size():
    assert KernelBlur(np.ones((3, 5))).output_size((37, 31)) == (37, 31)


@pytest.mark.parametrize("shape", [(4, 5), (5, 4), (5,), (1, 5, 5), (0, 1)])
def test_kernels_without_a_middle_are_refused(shape):
    with pytest.raises(InputError, match="odd sides"):
        KernelBlur(np.ones(shape))
