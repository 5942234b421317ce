"""Two right runs may part where rounding takes an input across a kink; that is noticed, and nothing else excuses them."""

import numpy as np
import pytest
import torch
import torch.nn.functional as TF

from paddle_dip.evaluation.parity.compare import compare
from paddle_dip.evaluation.parity.kinks import NearKinks, first_crossing, pool_margins
from paddle_dip.evaluation.parity.verdict import lines
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.resampling import pillow_resize
from paddle_dip.solver import fit as paddle_fit
from paddle_dip.solver.networks import build_network
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
        ([5e-7, 1e-9], [1e-7, -1e-9]),  # the first, with one sign
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


@pytest.mark.parametrize("network", ["small", "small-max", "small-transposed", "small-unet", "small-deep-decoder"])
def test_both_frameworks_note_the_same_kinks_in_a_run(network, monkeypatch):
    monkeypatch.setattr("paddle_dip.evaluation.parity.kinks.NEAR", 0.03)  # so that every layer has some
    ours, theirs = (arrays(varied(network=network, steps=6)) for arrays in (paddle_arrays, torch_arrays))
    assert set(ours["kinks/layer"]) == set(layers_with_kinks(network))
    assert set(ours["kinks/step"]) == {2, 3, 4, 5, 6, 7}  # 7: the pass for the clean z
    for part in ("step", "layer", "place"):
        np.testing.assert_array_equal(ours[f"kinks/{part}"], theirs[f"kinks/{part}"])


def test_both_frameworks_note_the_same_clipped_values(monkeypatch):
    monkeypatch.setattr("paddle_dip.evaluation.parity.kinks.NEAR", 0.3)
    ours, theirs = (arrays(varied(steps=3, clip=True)) for arrays in (paddle_arrays, torch_arrays))
    clips = {layer for layer in ours["kinks/layer"] if layer.startswith("the operator's")}
    assert len(clips) == 4
    for part in ("step", "layer", "place"):
        np.testing.assert_array_equal(ours[f"kinks/{part}"], theirs[f"kinks/{part}"])


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_value_on_either_side_of_the_clip_is_a_crossing(level):
    same = pillow_resize((2, 2), (2, 2), clip=True)  # changes nothing but what it clips
    runs = []
    for apart in (1e-9, -1e-9):
        kinks = NearKinks(step=5)
        kinks.note_clips(same, np.array([[[0.5, 0.4], [level + apart, 0.3]]]))
        runs.append(kinks.arrays())
    crossing = first_crossing(*runs)
    assert crossing.step == 5 and f"clipped at {level:.0f}" in crossing.layer


def test_a_run_begun_a_hair_apart_crosses(monkeypatch):
    """Inputs of LeakyReLU 1e-5 apart, many steps: some are bound to lie on different sides of 0."""
    monkeypatch.setattr("paddle_dip.evaluation.parity.kinks.NEAR", 1e-3)
    monkeypatch.setattr("paddle_dip.evaluation.parity.kinks.ROUNDING", 1.0)
    sound = paddle_arrays(varied(steps=12))
    draw = paddle_fit.first_input
    monkeypatch.setattr(paddle_fit, "first_input", lambda *args, **kwargs: draw(*args, **kwargs) * (1 + 1e-4))
    crossing = first_crossing(sound, paddle_arrays(varied(steps=12)))
    assert crossing and crossing.values[0] * crossing.values[1] < 0 and max(map(abs, crossing.values)) < 1e-3


def layers_with_kinks(network: str) -> list[str]:
    named = build_network(NETWORKS[network], 3).named_sublayers()
    return [name for name, layer in named if type(layer).__name__ in ("LeakyReLU", "ReLU", "MaxPool2D")]


def test_smooth_activations_have_no_kinks():
    assert not any(layers_with_kinks(name) for name in ("small-swish", "small-elu"))


def test_a_max_pooling_has_a_kink_where_two_inputs_are_alike():
    """Windows of 2x2 in two rows of two: a near tie of the largest, a clear winner, an exact tie, a near tie of others."""
    rows = [[5, 5 + 1e-9, 4, 1], [0, 1, 2, 3], [0, 0, 2, 9], [0, 0, 2 + 1e-9, 3]]
    margins = pool_margins(np.array(rows, dtype=np.float64)[None, None])
    np.testing.assert_allclose(margins[0, 0, 0, 0], [-1e-9, 1e-9, -5, -4], rtol=1e-6)
    np.testing.assert_allclose(margins[0, 0, 0, 1], [1, -3, -2, -1])
    assert np.isinf(margins[0, 0, 1, 0]).all() and np.abs(margins[0, 0, 1, 1]).min() == 6


def test_another_winner_of_a_pooling_is_a_crossing():
    def noted(first: float, second: float) -> dict:
        kinks = NearKinks(step=4)
        kinks.note("downs.0.pool", np.array([[first, second], [0, 0]])[None, None], pools=True)
        return kinks.arrays()

    assert first_crossing(noted(1, 1 + 1e-9), noted(1 + 1e-9, 1)).layer == "downs.0.pool"
    assert first_crossing(noted(1, 1 + 1e-9), noted(1, 1 + 2e-9)) is None


def test_one_input_on_the_other_side_of_its_kink_parts_two_equal_runs(monkeypatch):
    """The mechanism itself: of all inputs of one layer at one step, the nearest to 0 is given the other side's slope."""
    experiment = varied(steps=30)
    whole, again = torch_arrays(experiment), torch_arrays(experiment)
    monkeypatch.setattr(TF, "leaky_relu", Turned(at=60, relu=TF.leaky_relu))
    turned = torch_arrays(experiment)
    assert largest_change(whole, again, 30) == 0
    assert largest_change(whole, turned, 3) == 0 and largest_change(whole, turned, 30) > 1e-7  # rounding alone leaves 1e-9


class Turned:
    """LeakyReLU, but at call number `at` the input nearest to 0 takes the other slope."""

    def __init__(self, at: int, relu):
        self.calls, self.at, self.relu = 0, at, relu

    def __call__(self, x, slope, inplace=False):
        self.calls += 1
        if self.calls != self.at:
            return self.relu(x, slope)
        above = (x.detach() > 0).flatten()
        above[x.detach().abs().argmin()] ^= True
        return torch.where(above.view(x.shape), x, slope * x)


def largest_change(a: dict, b: dict, step: int) -> float:
    names = [name for name in a if name.startswith(f"params_{step}/") and not name.endswith("conv.bias")]
    return max(abs(a[name] - b[name]).max() for name in names)


def test_a_wrong_learning_rate_is_not_excused_by_the_kinks_it_crosses():
    """A small, real error shows before the first crossing, and in the step from the other side's state."""
    experiment = varied(steps=30)
    sound = torch_arrays(experiment, keep_states=True)
    draw = Preset.learning_rate_at
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Preset, "learning_rate_at", lambda preset, step: draw(preset, step) * (1 + (step > 1) * 1e-3))
        wrong = torch_arrays(experiment, states=sound)
    failed = {stage.name for stage in compare(sound, wrong) if not stage.passed}
    assert {"params_3", "params_30", "onward_10", "onward_29"} <= failed
