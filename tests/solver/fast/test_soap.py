"""The compiled operators do to a stack of parameters what Paddle's own do."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.solver.fast import build
from paddle_dip.solver.optimisers.soap import SOAP

pytestmark = pytest.mark.skipif(not build.available(), reason="the compiled operators aren't there")
PRESET = replace(super_resolution_preset("fast", 8), soap_largest_side=40, steps=50)
# Sides that fill the registers and don't, one that is too large to turn, one of a single entry, kernels of 5x5, no kernel at all.
SHAPES = [(32, 32, 3, 3), (8, 36, 3, 3), (3, 32, 1, 1), (48, 7, 5, 5), (33, 17, 3, 3), (1, 10, 1, 1), (10, 11)]


@pytest.fixture
def plain(monkeypatch):
    """Makes what is built inside the block do without the compiled operators."""

    def make(build_one):
        with monkeypatch.context() as without:
            without.setattr("paddle_dip.solver.fast.soap.usable", lambda parameter: False)
            return build_one()

    return make


def parameters(shapes, draw) -> dict[str, paddle.Tensor]:
    values = {str(number): draw.normal(size=shape).astype(np.float32) for number, shape in enumerate(shapes)}
    return {name: paddle.to_tensor(value, stop_gradient=False) for name, value in values.items()}


def give_gradients(each: dict[str, paddle.Tensor], draw) -> None:
    for parameter in each.values():
        parameter.grad = paddle.to_tensor(draw.normal(size=parameter.shape).astype(np.float32))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 3])
@paddle.no_grad()
def test_a_few_steps(shape, count, plain):
    ends = []
    for build_one in (lambda make: make(), plain):
        draw = np.random.default_rng(0)
        each = parameters([shape] * count, draw)
        starts = [parameter.numpy() for parameter in each.values()]
        optimiser = build_one(lambda each=each: SOAP(each, PRESET))
        for step in range(4):
            give_gradients(each, draw)
            optimiser.step(paddle.to_tensor(0.0), step)
        ends.append(({name: parameter.numpy() for name, parameter in each.items()}, optimiser.state()))
        assert min(np.abs(parameter.numpy() - start).min() for parameter, start in zip(each.values(), starts, strict=True)) > 0
    for ours, theirs in zip(*ends, strict=True):
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            np.testing.assert_allclose(value, theirs[name], rtol=1e-5, atol=2e-5 * np.abs(value).max(), err_msg=name)


@paddle.no_grad()
def test_thirty_steps_of_kernels_and_biases(plain):
    """Renewals included; and each goes on from what the other has noted."""
    shapes = [(16, 8, 3, 3), (16,), (16, 16, 3, 3), (16,), (4, 16, 1, 1), (4,)]
    ends, compiled = [], []
    for first, second in ((lambda f: f(), plain), (plain, lambda f: f())):
        draw = np.random.default_rng(2)
        each = parameters(shapes, draw)
        optimiser = first(lambda each=each: SOAP(each, PRESET))
        assert bool(optimiser._compiled.moments) != bool(optimiser._plain)
        compiled.append(bool(optimiser._compiled.moments))
        for step in range(30):
            give_gradients(each, draw)
            optimiser.step(paddle.to_tensor(0.0), step)
            if step == 14:
                state = optimiser.state()
                optimiser = second(lambda each=each: SOAP(each, PRESET))
                optimiser.load_state(state)
        ends.append({name: parameter.numpy() for name, parameter in each.items()})
    assert compiled == [True, False]
    for name, end in ends[0].items():
        np.testing.assert_allclose(end, ends[1][name], atol=1e-4, err_msg=name)
