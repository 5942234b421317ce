"""Philox in tensors, of Paddle and of PyTorch, draws what the oracle in NumPy draws."""

from collections import deque
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np
import paddle
import pytest
import torch

import paddle_dip.solver.philox as paddle_philox
import torch_ref.philox as torch_philox
from paddle_dip.problem.philox import philox_noise
from paddle_dip.solver.fit import fit as paddle_fit
from tests.parity.sides import varied
from tests.problem.test_philox import PUBLISHED, numbers
from torch_ref.fit import fit as torch_fit

SIDES = {
    "paddle": (paddle_philox, partial(paddle.to_tensor, dtype="int64")),
    "torch": (torch_philox, torch.tensor),
}


@pytest.mark.parametrize(("given", "result"), PUBLISHED.items())
@pytest.mark.parametrize("side", SIDES)
def test_the_words_are_the_published_ones(side, given, result):
    module, tensor = SIDES[side]
    *counter, left, right = numbers(given)
    found = module.philox([tensor([word] * 3) for word in counter], (left, right))
    assert [value.tolist() for value in found] == [[word] * 3 for word in numbers(result)]


@pytest.mark.parametrize("shape", [(1, 32, 48, 64), (1, 3, 37, 31), (1,), (6,)], ids=str)
@pytest.mark.parametrize("side", SIDES)
def test_the_noise_is_the_oracles_to_the_last_digit_of_log_and_cos(side, shape):
    draw = SIDES[side][0].philox_noise(shape, 2**40 + 7)
    for step in (0, 1, 4999, 2**31 + 5):
        noise, oracle = draw(step).numpy(), philox_noise(shape, 2**40 + 7, step)
        assert noise.shape == shape and noise.dtype == np.float32
        np.testing.assert_allclose(noise, oracle, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("noise", ["fresh", "cumulative"])
def test_fits_with_it_are_alike_in_both_frameworks(noise):
    experiment = varied(steps=3, noise=noise)
    preset = replace(experiment.preset(), noise_generator="philox")
    ours, theirs = (deque(fit(experiment.problem(), preset, dtype="float64"), maxlen=1)[0] for fit in (paddle_fit, torch_fit))
    np.testing.assert_allclose(ours.canvas("average"), theirs.canvas("average"), rtol=0, atol=1e-5)
    with_numpy = deque(paddle_fit(experiment.problem(), experiment.preset(), dtype="float64"), maxlen=1)[0]
    assert np.abs(ours.canvas("average") - with_numpy.canvas("average")).max() > 1e-3


def test_a_mirrors_run_goes_on_with_it():
    experiment = varied(steps=6)
    preset = replace(experiment.preset(), noise_generator="philox")
    state = next(islice(torch_fit(experiment.problem(), preset), 3, None)).state()
    whole = deque(torch_fit(experiment.problem(), preset), maxlen=1)[0].state()
    resumed = deque(torch_fit(experiment.problem(), experiment.preset(), state=state), maxlen=1)[0].state()
    for name, value in whole.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("side", SIDES)
def test_the_noise_is_the_oracles_in_its_tails_too(side):
    """Sixteen million numbers: some are beyond 5."""
    shape, farthest, apart = (1, 32, 256, 256), 0.0, 0.0
    draw = SIDES[side][0].philox_noise(shape, 0)
    for step in range(8):
        oracle = philox_noise(shape, 0, step)
        farthest, apart = max(farthest, np.abs(oracle).max()), max(apart, np.abs(draw(step).numpy() - oracle).max())
    assert farthest > 5 and apart <= 1e-6
