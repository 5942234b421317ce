"""Philox is Random123's, number by number, and its noise is standard normal."""

from math import sqrt

import numpy as np
import pytest

from paddle_dip.problem.philox import philox, philox_noise
from paddle_dip.problem.randomness import noise_generator, philox_key, step_noise

# Counter, key and result of philox4x32 with 10 rounds in tests/kat_vectors of Random123, https://github.com/DEShawResearch/random123
PUBLISHED = {
    "00000000 00000000 00000000 00000000 00000000 00000000": "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff": "408f276d 41c83b0e a20bc7c6 6d5451fd",
    "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0": "d16cfe09 94fdcceb 5001e420 24126ea1",
}


def numbers(words: str) -> list[int]:
    return [int(word, 16) for word in words.split()]


@pytest.mark.parametrize(("given", "result"), PUBLISHED.items())
def test_the_words_are_the_published_ones(given, result):
    *counter, left, right = numbers(given)
    found = philox(np.array([counter] * 3, dtype=np.uint32).T, (left, right))
    assert found.dtype == np.uint32 and found.T.tolist() == [numbers(result)] * 3


def test_a_number_is_a_function_of_seed_step_and_place_whatever_the_shape():
    large, small = philox_noise((1, 5, 7, 9), 3, 17), philox_noise((11,), 3, 17)
    assert large.dtype == np.float32 and large.shape == (1, 5, 7, 9)
    np.testing.assert_array_equal(large.reshape(-1)[:11], small)
    for other in (philox_noise((11,), 4, 17), philox_noise((11,), 3, 18)):
        assert not np.any(other == small)


def test_the_two_halves_of_a_large_seed_matter():
    keys = {philox_key(seed) for seed in (0, 1, 2**32, 2**32 + 1, 2**80)}
    assert len(keys) == 5


def test_extreme_words_give_finite_noise():
    """The smallest word is the largest radius; the largest gives 0."""
    from paddle_dip.problem import philox as module

    for words, radius in (([0, 0, 0, 0], sqrt(66 * np.log(2))), ([2**32 - 1] * 4, 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "philox", lambda counter, key, words=words: np.array([words], dtype=np.uint32).T)
            noise = philox_noise((4,), 0, 0)
        assert np.isfinite(noise).all() and np.hypot(*noise[:2]) == pytest.approx(radius, abs=1e-5)


@pytest.mark.parametrize("law", [philox_noise, step_noise])
def test_the_law_is_standard_normal(law):
    assert_normal(law, channels=4, side=160, steps=20)  # 2e6 numbers


@pytest.mark.slow
def test_the_law_is_standard_normal_over_a_hundred_million():
    assert_normal(philox_noise, channels=32, side=256, steps=48)  # 1.007e8 numbers


def assert_normal(law, *, channels: int, side: int, steps: int) -> None:
    """Mean, variance, kurtosis, and correlation of steps, channels and neighbours lie within 4 standard errors."""
    shape, count = (1, channels, side, side), channels * side * side * steps
    sums, products, before = np.zeros(4), {"steps": [], "channels": [], "neighbours": []}, None
    for step in range(steps):
        noise = law(shape, 11, step).astype(np.float64)[0]
        sums += [np.sum(noise**power) for power in (1, 2, 3, 4)]
        products["channels"].append(np.mean(noise[1:] * noise[:-1]))
        products["neighbours"].append(np.mean(noise[..., 1:] * noise[..., :-1]))
        if before is not None:
            products["steps"].append(np.mean(noise * before))
        before = noise
    mean, square, cube, fourth = sums / count
    # Standard errors of the moments of a standard normal: variances of x, x^2, x^3, x^4 are 1, 2, 15, 96.
    for value, expected, variance in ((mean, 0, 1), (square, 1, 2), (cube, 0, 15), (fourth, 3, 96)):
        assert abs(value - expected) < 4 * sqrt(variance / count)
    variance = square - mean**2
    assert abs(fourth / variance**2 - 3) < 4 * sqrt(24 / count)
    sizes = {
        "steps": count * (steps - 1) / steps,
        "channels": count * (channels - 1) / channels,
        "neighbours": count * (side - 1) / side,
    }
    for name, found in products.items():
        assert abs(np.mean(found)) < 4 / sqrt(sizes[name]), name


@pytest.mark.parametrize(
    ("wanted", "state", "on_gpu", "taken"),
    [
        ("auto", None, False, "numpy"),
        ("auto", None, True, "philox"),
        ("philox", None, False, "philox"),
        ("numpy", None, True, "numpy"),
        ("auto", {"noise_generator": np.array(1)}, False, "philox"),
        ("auto", {"noise_generator": np.array(0)}, True, "numpy"),
        ("auto", {}, True, "numpy"),  # of a version that knew no other
    ],
)
def test_a_run_goes_on_with_the_generator_that_it_began_with(wanted, state, on_gpu, taken):
    assert noise_generator(wanted, state, on_gpu=on_gpu) == taken
