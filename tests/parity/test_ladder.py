"""Both frameworks agree at every stage: operators, kernels, laws, paddings, options, families on small networks; every real one."""

from dataclasses import replace

import pytest

from paddle_dip.evaluation.parity.experiment import DTYPES, OPERATORS, Experiment
from paddle_dip.evaluation.parity.names import without_gradient
from paddle_dip.evaluation.parity.trace import first_step
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.networks.config import PADS
from paddle_dip.problem.optimisers import OPTIMISERS
from paddle_dip.solver.networks import build_network
from tests.parity.conftest import SMALL_NETWORKS
from tests.parity.sides import failures, ladder, varied

REAL = tuple(NETWORKS)  # before the fixture adds the small ones
# Of what is exact in float64, for the long run: rounding is looked at by the others.
IN_FLOAT32 = pytest.param("float32", marks=pytest.mark.parity)
PADDED = tuple(name for name in REAL if hasattr(NETWORKS[name], "pad"))


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("clip", [False, pytest.param(True, marks=pytest.mark.parity)])
def test_operators(operator, clip):
    assert not failures(ladder(varied(operator=operator, clip=clip)))


def test_an_operator_whose_result_is_clipped():
    assert not failures(ladder(varied(operator="pillow", clip=True)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("pad", ["reflect", "replicate"])
@pytest.mark.parametrize("law", ["torch", "paddle"])
def test_paddings_and_initialisations(dtype, pad, law):
    assert not failures(ladder(varied(dtype=dtype, pad=pad, initialisation=law)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("height", "width", "factor", "work_scale"), [(39, 51, 3, 1), (35, 55, 5, 2), (42, 28, 7, 3)])
def test_odd_sizes_and_channels(dtype, channels, height, width, factor, work_scale):
    odd = varied(dtype=dtype, channels=channels, height=height, width=width, factor=factor, work_scale=work_scale)
    assert not failures(ladder(replace(odd, back_projection=2)))


@pytest.mark.parametrize("dtype", ["float64", IN_FLOAT32])
@pytest.mark.parametrize("network", SMALL_NETWORKS)
def test_options_and_families(network, dtype):
    assert not failures(ladder(varied(network=network, dtype=dtype, steps=3)))


@pytest.mark.parametrize("law", ["torch", "paddle"])
@pytest.mark.parametrize("network", ["small-mixed", "small-transposed", "small-unet"])
def test_initialisations_of_transposed_convolutions(network, law):
    assert not failures(ladder(varied(network=network, initialisation=law)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("operator", ["identity", "mask"])
@pytest.mark.parametrize(
    "settings",
    [{"noise": "cumulative", "loss": "sum", "input": "normal"}, {"tv_weight": 1e-3}, {"work_scale": 2, "channels": 1}],
    ids=["walk", "total-variation", "half-size"],
)
def test_other_tasks_and_losses(dtype, operator, settings):
    assert not failures(ladder(varied(dtype=dtype, operator=operator, height=33, width=46, **settings)))


@pytest.mark.parametrize("dtype", ["float64", IN_FLOAT32])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("learn_input", [False, True])
def test_optimisers_and_a_learnt_input(dtype, optimiser, learn_input):
    stages = ladder(varied(dtype=dtype, optimiser=optimiser, learn_input=learn_input, steps=12))
    assert not failures(stages)
    assert ("grad/z" in {stage.name for stage in stages}) == learn_input


@pytest.mark.parametrize(("law", "depth", "operator"), [("meshgrid", 2, "mask"), ("guide", 3, "identity")])
def test_inputs_that_are_not_drawn(monkeypatch, law, depth, operator):
    monkeypatch.setitem(NETWORKS, "small", replace(NETWORKS["small"], input_depth=depth))
    assert not failures(ladder(varied(operator=operator, input=law)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_next_step_from_the_others_state(dtype):
    """Where float32 trajectories have parted, a step of theirs can still be compared tightly: from one state."""
    stages = ladder(varied(dtype=dtype, steps=11))
    assert not failures(stages) and "onward_10" in {stage.name for stage in stages}


def test_a_hundred_steps_of_the_small_network():
    assert not failures(ladder(varied(steps=100, operator="pillow", clip=True)))


@pytest.mark.parity
@pytest.mark.parametrize("network", REAL)
@pytest.mark.parametrize(("dtype", "steps"), [("float64", 100), ("float32", 12)])
def test_every_network(network, dtype, steps):
    stages = ladder(Experiment(network=network, dtype=dtype, steps=steps))
    assert not failures(stages)
    wanted = {"data", "forward", "operator", "loss", "buffers", "image"}
    wanted |= {f"params_{k}" for k in (1, 3, 10, 30, 100, steps) if k <= steps}
    wanted |= {f"onward_{k}" for k in (10, 30, steps - 1) if k < steps}
    gradients = {f"grad/{name}" for name in paddle_names(network)}
    assert {s.name for s in stages} == wanted | gradients


@pytest.mark.parity
@pytest.mark.parametrize("network", REAL)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_network_with_soap(network, dtype):
    stages = ladder(Experiment(network=network, dtype=dtype, steps=12, optimiser="soap", learn_input=True))
    assert not failures(stages)
    assert {"onward_10", "onward_11", "grad/z"} <= {stage.name for stage in stages}


@pytest.mark.parity
@pytest.mark.parametrize("network", REAL)
@pytest.mark.parametrize(
    "changes",
    [
        {"operator": "pillow", "clip": True, "work_scale": 2, "height": 128, "width": 192, "back_projection": 3},
        {"initialisation": "paddle"},
        {"channels": 1, "height": 75, "width": 105, "factor": 5, "operator": "gauss12"},
    ],
    ids=["fast-preset", "other-law", "odd-grey"],
)
def test_every_network_with_other_settings(network, changes):
    assert not failures(ladder(replace(Experiment(network=network, steps=1), **changes)))


@pytest.mark.parity
@pytest.mark.parametrize("network", PADDED)
@pytest.mark.parametrize("pad", PADS)
def test_every_network_with_other_padding(network, pad):
    assert not failures(ladder(Experiment(network=network, pad=pad, steps=1)))


@pytest.mark.parametrize("pad", ["reflect", "replicate"])
def test_the_plain_layers_in_float32(plain, pad):
    assert not failures(ladder(varied(dtype="float32", pad=pad)))


@pytest.mark.parity
@pytest.mark.parametrize("network", REAL)
def test_every_network_on_the_plain_layers_in_float32(plain, network):
    stages = ladder(Experiment(network=network, dtype="float32", steps=1))
    assert not failures(stages)
    # The goal set for this experiment; other seeds round to as much as 1.3e-5, hence the wider tolerance in the table.
    assert next(s.max_abs for s in stages if s.name == "forward") <= 1e-5


@pytest.mark.parametrize("network", SMALL_NETWORKS)
def test_what_is_left_out_is_just_what_has_no_gradient(network):
    assert_without_gradient(varied(network=network))


def test_with_replicate_padding_the_same_is_left_out():
    assert len(assert_without_gradient(varied(pad="replicate"))) == 17  # 14 convolutions with a BatchNorm behind them, 3 merges


def assert_without_gradient(experiment: Experiment) -> set[str]:
    arrays = first_step(experiment.problem(), experiment.preset(), seed=0, dtype="float64")
    gradients = {name.removeprefix("grad/"): abs(v).max() for name, v in arrays.items() if name.startswith("grad/")}
    left_out = without_gradient(gradients, zero_pad=experiment.zero_pad())
    assert {name for name, largest in gradients.items() if largest < 1e-13} == left_out
    return left_out


def paddle_names(network: str) -> list[str]:
    return [name for name, p in build_network(NETWORKS[network], 3).named_parameters() if not p.stop_gradient]
