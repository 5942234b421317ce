"""Randomness is a function of its arguments, and has the laws it claims."""

import numpy as np
import pytest

from paddle_dip.problem.randomness import initial_weights, network_input, step_noise


def test_same_arguments_give_the_same_numbers():
    np.testing.assert_array_equal(network_input((1, 4, 8, 8), 3), network_input((1, 4, 8, 8), 3))
    np.testing.assert_array_equal(step_noise((1, 4, 8, 8), 3, 17), step_noise((1, 4, 8, 8), 3, 17))


def test_seed_step_and_stream_each_matter():
    base = step_noise((64,), 0, 0)
    assert not np.array_equal(base, step_noise((64,), 1, 0))
    assert not np.array_equal(base, step_noise((64,), 0, 1))
    assert abs(np.corrcoef(step_noise((10000,), 0, 0), network_input((10000,), 0))[0, 1]) < 0.05


def test_laws():
    z = network_input((100000,), 0, scale=0.1)
    assert z.dtype == np.float32 and z.min() >= 0 and z.max() < 0.1 and z.mean() == pytest.approx(0.05, abs=1e-3)
    noise = step_noise((100000,), 0, 5)
    assert noise.dtype == np.float32 and noise.mean() == pytest.approx(0, abs=0.02) and noise.std() == pytest.approx(1, abs=0.02)


def test_the_two_initialisations_differ_by_the_square_root_of_six():
    laws = {law: initial_weights((200000,), 50, 0, 0, law=law, is_bias=False).std() for law in ("torch", "paddle")}
    assert laws["paddle"] / laws["torch"] == pytest.approx(6**0.5, rel=0.02)
    assert initial_weights((10,), 50, 0, 1, law="paddle", is_bias=True).any() == False  # noqa: E712
    assert initial_weights((10,), 50, 0, 1, law="torch", is_bias=True).any()


def test_an_unknown_law_is_refused():
    with pytest.raises(ValueError, match="torch or paddle"):
        initial_weights((3,), 1, 0, 0, law="keras", is_bias=False)
