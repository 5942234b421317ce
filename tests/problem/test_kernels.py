"""Kernels against the reference's loops, written out slowly."""

import math

import numpy as np
import pytest

from paddle_dip.problem.kernels import KERNELS, kernel_1d

PHASES = {"lanczos2": (0, 0.5), "lanczos3": (0, 0.5), "gauss12": (0,), "gauss1sq2": (0,), "box": (0.5,)}
CASES = [(name, factor, phase) for name in KERNELS for factor in (2, 3, 4, 8) for phase in PHASES[name]]


def slow_kernel(name: str, factor: int, phase: float) -> np.ndarray:
    """The 2-D kernel with the reference's 1-based indices, one tap at a time."""
    size = {"box": factor, "gauss12": 7, "gauss1sq2": 9}.get(name)
    if size is None:
        size = 2 * int(name[-1]) * factor + (0 if phase else 1)
    kernel = np.zeros((size, size))
    centre = (size + 1) / 2
    for i in range(1, size + 1):
        for j in range(1, size + 1):
            kernel[i - 1, j - 1] = slow_weight(name, factor, phase, i, j, size, centre)
    return kernel / kernel.sum()


def slow_weight(name, factor, phase, i, j, size, centre):
    if name == "box":
        return 1.0
    if name.startswith("gauss"):
        variance = {"gauss12": 0.25, "gauss1sq2": 0.5}[name]
        return math.exp(-(((i - centre) / 2) ** 2 + ((j - centre) / 2) ** 2) / (2 * variance))
    support, weight = int(name[-1]), 1.0
    for index in (i, j):
        distance = abs(index + 0.5 - (size + 2) / 2) / factor if phase else abs(index - centre) / factor
        if distance:
            x = math.pi * distance
            weight *= support * math.sin(x) * math.sin(x / support) / (x * x)
    return weight


@pytest.mark.parametrize(("name", "factor", "phase"), CASES)
def test_outer_product_is_the_references_kernel(name, factor, phase):
    window = kernel_1d(name, factor, phase=phase)
    slow = slow_kernel(name, factor, phase)
    assert np.outer(window, window).shape == slow.shape
    np.testing.assert_allclose(np.outer(window, window), slow, atol=1e-15)


@pytest.mark.parametrize(("name", "factor", "phase"), CASES)
def test_sums_to_one_and_is_symmetric(name, factor, phase):
    window = kernel_1d(name, factor, phase=phase)
    assert window.sum() == pytest.approx(1, abs=1e-14)
    np.testing.assert_allclose(window, window[::-1], atol=1e-16)


@pytest.mark.parametrize(("factor", "size"), [(8, 32), (4, 16), (2, 8)])
def test_lanczos2_has_the_documented_size(factor, size):
    assert len(kernel_1d("lanczos2", factor)) == size
    assert len(kernel_1d("lanczos2", factor, phase=0)) == size + 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("nearest", 8, 0.5), "kernel"),
        (("lanczos2", 0, 0.5), "factor"),
        (("lanczos2", 2.5, 0.5), "factor"),
        (("lanczos2", 8, 0.25), "phase"),
        (("gauss12", 8, 0.5), "phase 0 only"),
        (("box", 8, 0), "phase 0.5 only"),
    ],
)
def test_refuses_what_does_not_exist(settings, words):
    name, factor, phase = settings
    with pytest.raises(ValueError, match=words):
        kernel_1d(name, factor, phase=phase)
