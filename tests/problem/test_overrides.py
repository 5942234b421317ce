"""Settings by name: each kind of value is read, and nothing but a known one."""

import pytest

from paddle_dip.problem.networks import HourglassConfig
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import super_resolution_preset

FAST = super_resolution_preset("fast", 8)


def test_each_kind_of_value():
    changes = ["tv_weight=1e-6", "history=7", "learn_input=true", "optimiser=lbfgs", "input=meshgrid", "network.input_depth=2"]
    changed = overridden(FAST, [*changes, "network.skip=0,0,0,4,4", "network.upsampling=nearest"])
    assert (changed.tv_weight, changed.history, changed.learn_input, changed.optimiser) == (1e-6, 7, True, "lbfgs")
    assert (changed.network.skip, changed.network.upsampling) == ((0, 0, 0, 4, 4), "nearest")
    assert changed.network.down == FAST.network.down and changed.steps == FAST.steps


def test_one_value_for_all_parts():
    assert overridden(FAST, ["network.skip=0"]).network.skip == (0,) * 5


def test_upsampling_one_a_scale():
    parts = ("nearest", "nearest", "bilinear", "bilinear", "bilinear")
    assert overridden(FAST, [f"network.upsampling={','.join(parts)}"]).network.upsampling == parts


def test_another_network_and_then_its_settings():
    changed = overridden(FAST, ["network=transposed", "network.input_depth=4"])
    assert isinstance(changed.network, HourglassConfig) and changed.network.input_depth == 4


def test_nothing_changed():
    assert overridden(FAST, []) == FAST


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("tv=1", "tv_weight"),
        ("name=mine", "must be one of"),
        ("steps", "whole number"),
        ("steps=many", "whole number"),
        ("steps=0", "steps must be at least 1"),
        ("tv_weight=much", "a number"),
        ("learn_input=yes", "true or false"),
        ("noise=loud", "fresh, cumulative"),
        ("network=vast", "skip-64"),
        ("network.depth=3", "input_depth"),
        ("network.upsampling=cubic", "nearest"),
        ("input=meshgrid", "network.input_depth 2"),
        ("steps=3,4", "has one value"),
        ("learn_input=true,false", "has one value"),
        ("work_scale=0", "at least 1"),
        ("average_decay=nan", "finite number"),
        ("average_decay=2", "between 0 and 1"),
        ("learning_rate=inf", "finite"),
        ("reg_noise_std=-1", "at least 0"),
    ],
)
def test_what_is_refused(change, words):
    with pytest.raises(ValueError, match=words) as refused:
        overridden(FAST, [change])
    assert str(refused.value).startswith("--set")


def test_a_learnt_input_that_walks_is_refused():
    with pytest.raises(ValueError, match="needs noise fresh"):
        overridden(FAST, ["learn_input=true", "noise=cumulative"])


def test_lbfgs_that_would_never_begin_is_refused():
    with pytest.raises(ValueError, match="must exceed the 100"):
        overridden(FAST, ["optimiser=lbfgs", "steps=50"])


def test_the_order_of_changes_doesnt_matter():
    changes = ["network.widths=8", "network=unet"]
    assert overridden(FAST, changes) == overridden(FAST, changes[::-1])
    with pytest.raises(ValueError, match="--set network.down=8"):
        overridden(FAST, ["network.down=8", "network=unet"])
