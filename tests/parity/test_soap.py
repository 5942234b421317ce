"""SOAP in both frameworks is its paper's, step by step; each of five faults that others' had is caught; both agree, and resume."""

from dataclasses import replace

import numpy as np
import paddle
import pytest
import torch

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.solver.optimisers import soap as paddle_soap
from tests.parity.sides import failures, ladder, varied
from tests.solver.optimisers.plain_soap import PlainSOAP
from torch_ref.optimisers import soap as torch_soap

SIDES = {"paddle": paddle_soap, "torch": torch_soap}
PRESET = replace(super_resolution_preset("fast", 8), optimiser="soap", soap_renewal=5, soap_largest_side=6)
# Two of one shape; a kernel of 1x1; a z with a side of 1 and one beyond the largest; what has one dimension only.
SHAPES = {"a": (6, 5, 3, 3), "b": (6, 5, 3, 3), "c": (6, 6, 1, 1), "z": (1, 4, 5, 7), "bias": (6,), "gain": (5,)}
STEPS = 25
# Of parameters that 25 steps of 0.01 moved, all from the same gradients. float64: what 1e-8 of the mean eigenvalue, which keeps
# directions without a gradient in their place, changes. float32: 25 roundings of bases, moments and parameters.
NEAR = {"float64": 1e-7, "float32": 1e-4}


def gradients(steps: int = STEPS) -> list[dict[str, np.ndarray]]:
    """Of fading steadiness, in a few directions more than in others, so that bases, order and both moments matter."""
    draw = np.random.default_rng(3)
    steady = {name: draw.standard_normal(shape) for name, shape in SHAPES.items()}
    scale = {name: np.exp(draw.uniform(-2, 2, shape)) for name, shape in SHAPES.items()}
    return [
        {n: (steady[n] * np.cos(0.2 * step) + draw.standard_normal(SHAPES[n])) * scale[n] * 0.01 for n in SHAPES}
        for step in range(steps)
    ]


def tensors(side, dtype: str) -> dict:
    values = {name: np.random.default_rng(0).standard_normal(shape).astype(dtype) for name, shape in SHAPES.items()}
    if side is torch_soap:
        return {name: torch.tensor(value, requires_grad=True) for name, value in values.items()}
    return {name: paddle.to_tensor(value, stop_gradient=False) for name, value in values.items()}


def take(side, optimiser, parameters: dict, step: int, gradient: dict[str, np.ndarray], dtype: str) -> None:
    make = torch.tensor if side is torch_soap else paddle.to_tensor
    for name, value in parameters.items():
        value.grad = make(gradient[name].astype(dtype))
    optimiser.step(None, step)


def numpy(parameters: dict) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy().copy() for name, value in parameters.items()}


def farthest(side, dtype: str = "float64", preset: Preset = PRESET, prepare=lambda optimiser: None) -> float:
    """How far the parameters of 25 steps, after the first of which `prepare` may do something, are from the plain SOAP's."""
    parameters = tensors(side, dtype)
    plain = {name: PlainSOAP(value, preset) for name, value in numpy(parameters).items()}
    optimiser, apart = side.SOAP(parameters, preset), 0.0
    for step, gradient in enumerate(gradients()):
        take(side, optimiser, parameters, step, gradient, dtype)
        for name, value in numpy(parameters).items():
            plain[name].step(gradient[name])
            apart = max(apart, float(np.abs(value - plain[name].value).max()))
        if step == 0:
            prepare(optimiser)
    return apart


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_it_is_the_papers(side, dtype):
    assert farthest(side, dtype) < NEAR[dtype]


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_every_setting_counts(side):
    settings = {
        "soap_beta1": 0.8,
        "soap_beta2": 0.99,
        "soap_decay": 0.7,
        "soap_epsilon": 1e-3,
        "soap_renewal": 3,
        "soap_largest_side": 5,
    }
    for name, value in settings.items():
        changed = replace(PRESET, **{name: value})
        assert farthest(side, preset=changed) < NEAR["float64"], name
    assert farthest(side, preset=replace(PRESET, **settings)) < NEAR["float64"]


def transposed(side, patch) -> None:
    first = side.first_bases
    patch.setattr(side, "first_bases", lambda *given: tuple(np.swapaxes(basis, 1, 2) for basis in first(*given)))


def never_renewed(side, patch) -> None:
    patch.setattr(side.SOAP, "_renew", lambda optimiser: None)


def moments_left_behind(side, patch) -> None:
    patch.setattr(side, "carry", lambda moment, sizes, matrices: None)


def first_step_taken(side, patch) -> None:
    begin = side.SOAP._begin

    def begin_and_advance(optimiser) -> None:
        begin(optimiser)
        optimiser._advance(PRESET.learning_rate)

    patch.setattr(side.SOAP, "_begin", begin_and_advance)


FAULTS = [transposed, never_renewed, moments_left_behind, first_step_taken]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_a_fault_is_caught(side, fault, monkeypatch):
    fault(side, monkeypatch)
    assert farthest(side) > 1e4 * NEAR["float64"]


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_a_missing_bias_correction_is_caught(side):
    def uncorrect(optimiser) -> None:
        state = optimiser.state()
        powers = {name: 0 * value for name, value in state.items() if "pow_acc" in name}
        optimiser.load_state(state | powers | {"step": np.array(10**6)})  # Paddle keeps the powers, torch counts

    assert farthest(side, prepare=uncorrect) > 1e4 * NEAR["float64"]


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("before", [1, 5, 13])
def test_the_next_step_from_one_state_is_the_others(dtype, near, before):
    """Just begun, at a renewal, between two: parameters, moments, statistics and bases."""
    drawn, ours, theirs = gradients(), tensors(paddle_soap, dtype), tensors(torch_soap, dtype)
    first, second = paddle_soap.SOAP(ours, PRESET), torch_soap.SOAP(theirs, PRESET)
    for step in range(before):
        take(paddle_soap, first, ours, step, drawn[step], dtype)
    with torch.no_grad():
        for name, value in numpy(ours).items():
            theirs[name].copy_(torch.tensor(value))
    second.load_state(first.state() | {"step": np.array(before)})
    for side, optimiser, parameters in ((paddle_soap, first, ours), (torch_soap, second, theirs)):
        take(side, optimiser, parameters, before, drawn[before], dtype)
    a, b = first.state() | numpy(ours), second.state() | {"step": np.array(before + 1)} | numpy(theirs)
    assert a.keys() == b.keys() - {"step"}
    for name, value in a.items():
        assert value.dtype == b[name].dtype == dtype
        np.testing.assert_allclose(value, b[name], rtol=0, atol=near, err_msg=name)


@pytest.mark.parametrize("side", SIDES.values(), ids=SIDES)
def test_a_state_without_its_arrays_is_refused(side):
    optimiser = side.SOAP(tensors(side, "float32"), PRESET)
    take(side, optimiser, optimiser._parameters, 0, gradients(1)[0], "float32")
    for lost in ("soap/basis1/a", "soap/statistics2/b", "soap/moment2/z", "soap/beta1_pow_acc/bias"):
        state = {name: value for name, value in optimiser.state().items() if name != lost} | {"step": np.array(1)}
        with pytest.raises(ValueError, match=lost.rpartition("/")[0]):
            side.SOAP(tensors(side, "float32"), PRESET).load_state(state)


@pytest.mark.parametrize("network", ["small", pytest.param("small-coarse", marks=pytest.mark.parity)])
def test_a_hundred_steps_of_the_small_network(network):
    """As near as Adam stays in float64: the bases come from one LAPACK, and hang on no rounding."""
    assert not failures(ladder(varied(network=network, steps=100, optimiser="soap", operator="pillow", clip=True)))
