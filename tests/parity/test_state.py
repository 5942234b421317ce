"""A run begun in one framework goes on in the other."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

import paddle_dip.solver.fit as paddle_fit
import torch_ref.fit as torch_fit
from paddle_dip.evaluation.parity.dump import trained
from paddle_dip.evaluation.parity.names import without_gradient
from tests.parity.sides import varied

LEARNT_INPUT = [{"optimiser": name, "learn_input": True} for name in ("lbfgs", "soap")]
FITS = {"paddle": paddle_fit.fit, "torch": torch_fit.fit}


def state_after(fit, experiment, step, **start):
    snapshots = fit(experiment.problem(), experiment.preset(), dtype=experiment.dtype, **start)
    return next(s for s in snapshots if s.step == step).state()


@pytest.mark.parametrize("optimiser", ["adam", "soap"])
@pytest.mark.parametrize(("first", "second"), [("paddle", "torch"), ("torch", "paddle")])
def test_a_state_is_taken_up_by_the_other_framework(first, second, optimiser):
    experiment = varied(steps=9, optimiser=optimiser)
    middle = state_after(FITS[first], experiment, 5)
    stayed = state_after(FITS[first], experiment, 9, state=middle)
    moved = state_after(FITS[second], experiment, 9, state=middle)
    assert stayed.keys() == moved.keys()
    assert {k: (v.shape, v.dtype) for k, v in stayed.items()} == {k: (v.shape, v.dtype) for k, v in moved.items()}
    cancelled = without_gradient(trained(stayed, "x"))
    for name, value in trained(stayed, "x").items():
        if name not in cancelled:
            np.testing.assert_allclose(value, trained(moved, "x")[name], rtol=0, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(stayed["average"], moved["average"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_state_passes_through_the_other_framework_bit_by_bit(dtype):
    import paddle
    import torch

    from paddle_dip.solver.state import write_state
    from torch_ref.state import read_state as read_mirror
    from torch_ref.state import write_state as write_mirror

    experiment = varied(dtype=dtype, steps=4)
    state = state_after(paddle_fit.fit, experiment, 4)
    network = torch_fit.build_network(experiment.preset().network, 3, dtype=dtype)
    adam = torch.optim.Adam(network.parameters(), 0.01)
    write_mirror(network, adam, state)
    through = {name: state[name] for name in ("step", "average", "z", "noise_generator")} | read_mirror(network, adam)
    assert_same_bits(state, through)
    ours = paddle_fit.build_network(experiment.preset().network, 3, dtype=dtype)
    optimiser = paddle.optimizer.Adam(0.01, parameters=ours.parameters())
    write_state(ours, optimiser, through)
    # Paddle's optimiser keeps what it was given until its first step: what can be read back now is the network.
    assert_same_bits({k: v for k, v in state.items() if k.startswith("network/")}, network_part(ours))


def network_part(network) -> dict:
    return {f"network/{name}": value.numpy() for name, value in network.state_dict().items()}


def assert_same_bits(a: dict, b: dict) -> None:
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].dtype == b[name].dtype and a[name].tobytes() == b[name].tobytes(), name


@pytest.mark.parametrize("changes", [{}, {"noise": "cumulative"}, *LEARNT_INPUT], ids=str)
@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_resumed_mirror_gives_the_same_bits(fit, changes):
    experiment = varied(steps=8, dtype="float32", **changes)
    whole = state_after(fit, experiment, 8)
    middle = state_after(fit, experiment, 5)
    assert_same_bits(whole, state_after(fit, experiment, 8, state=middle))


def test_a_state_of_another_network_is_refused():
    experiment = varied(steps=1)
    state = state_after(torch_fit.fit, experiment, 1)
    wider = replace(experiment.preset(), network=replace(experiment.preset().network, skip=(4, 3, 2)))
    with pytest.raises(ValueError, match="scales.1.skip"):
        list(islice(torch_fit.fit(experiment.problem(), wider, state=state), 1))
