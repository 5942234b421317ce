"""Two right runs may part where rounding turns the sign of a LeakyReLU's input; that is noticed, and nothing else excuses them."""

import numpy as np
import pytest

from paddle_dip.parity import trace
from paddle_dip.parity.compare import compare
from paddle_dip.parity.kinks import NearKinks, first_crossing
from paddle_dip.parity.verdict import lines
from paddle_dip.solver import fit as paddle_fit
from tests.parity.sides import paddle_arrays, torch_arrays, varied


def near(*outputs: tuple[int, list[float]]) -> dict:
    kinks = NearKinks()
    for step, values in outputs:
        kinks.step = step
        kinks.note("scales.0.up1", np.array(values).reshape(1, 1, 1, -1))
    return kinks.arrays()


def test_a_sign_that_differs_is_a_crossing():
    crossing = first_crossing(near((2, [0.5, 1e-9]), (7, [2e-9, 0.1])), near((2, [0.5, 2e-9]), (7, [-1e-9, 0.1])))
    assert (crossing.step, crossing.layer, crossing.values) == (7, "scales.0.up1", (2e-9, -1e-9))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1e-9, 0.1], [3e-9, 0.1]),  # the same sign
        ([1e-9, 0.1], [0.1, -1e-9]),  # other places
        ([1e-3, 0.1], [-1e-3, 0.1]),  # too far for rounding
        ([0.1, 0.2], [0.1, 0.2]),  # none near
    ],
)
def test_what_is_no_crossing(a, b):
    assert first_crossing(near((2, a)), near((2, b))) is None


def test_only_stages_after_the_crossing_are_excused():
    a = {f"params_{k}/w": np.ones(2) for k in (1, 10, 30)} | near((7, [2e-9]))
    b = {f"params_{k}/w": np.ones(2) + 1e-4 for k in (1, 10, 30)} | near((7, [-2e-9]))
    stages = compare(a, b)
    assert [(s.name, s.passed) for s in stages] == [("params_1", False), ("params_10", True), ("params_30", True)]
    assert "parted at step 7" in stages[1].reason and [line[-1] for line in lines(stages)] == ["FAILED", "parted", "parted"]


def test_gross_errors_fail_behind_a_crossing_too():
    a, b = ({"params_10/w": np.ones(2) + apart} | near((7, [value])) for apart, value in ((0, 1e-9), (1, -1e-9)))
    assert not compare(a, b)[0].passed


def test_both_frameworks_note_the_same_kinks_in_a_run():
    ours, theirs = (arrays(varied(steps=6)) for arrays in (paddle_arrays, torch_arrays))
    assert set(ours["kinks/layer"]) <= set(block_names()) and set(ours["kinks/step"]) <= {2, 3, 4, 5, 6}
    for part in ("step", "layer", "place"):
        np.testing.assert_array_equal(ours[f"kinks/{part}"], theirs[f"kinks/{part}"])


def test_a_run_begun_a_hair_apart_crosses(monkeypatch):
    """Inputs of LeakyReLU 1e-5 apart, many steps: some are bound to lie on different sides of 0."""
    monkeypatch.setattr("paddle_dip.parity.kinks.NEAR", 1e-3)
    sound = paddle_arrays(varied(steps=12))
    draw = paddle_fit.network_input
    monkeypatch.setattr(paddle_fit, "network_input", lambda *args, **kwargs: draw(*args, **kwargs) * (1 + 1e-4))
    crossing = first_crossing(sound, paddle_arrays(varied(steps=12)))
    assert crossing and crossing.values[0] * crossing.values[1] < 0 and max(map(abs, crossing.values)) < 1e-3


def block_names() -> list[str]:
    from paddle_dip.solver.networks import build_network
    from tests.parity.conftest import SMALL

    return [name for name, layer in build_network(SMALL, 3).named_sublayers() if isinstance(layer, trace.ConvBlock)]
