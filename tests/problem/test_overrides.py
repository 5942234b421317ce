"""Settings by name: each kind of value is read, and nothing but a known one."""

import re

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.problem.networks import NETWORKS, HourglassConfig
from paddle_dip.problem.overrides import overridden, with_settings
from paddle_dip.problem.super_resolution_presets import super_resolution_preset

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
        ("steps", "--set steps: NAME=VALUE is needed"),
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


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"steps": 3, "learning_rate": 1}, lambda preset: (preset.steps, preset.learning_rate) == (3, 1.0)),
        ({"steps": None}, lambda preset: preset == FAST),
        ({"steps": np.int64(3), "keep_known": True}, lambda preset: preset.steps == 3 and preset.keep_known),
        ({"network": "skip"}, lambda preset: preset.network == NETWORKS["skip"]),
        ({"network": NETWORKS["unet"]}, lambda preset: preset.network == NETWORKS["unet"]),
        ({"network": "skip", "network.upsampling": "nearest"}, lambda preset: preset.network.upsampling == "nearest"),
        ({"network.down": [8] * 5, "network.up": (8,) * 5}, lambda preset: preset.network.down == (8,) * 5),
        ({"network.upsampling": ["nearest"] * 5}, lambda preset: preset.network.upsampling == ("nearest",) * 5),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_settings_by_name_take_values(settings, found):
    assert found(with_settings(FAST, **settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"step": 3}, "step is no setting: the names are steps, reg_noise_std"),
        ({"name": "x"}, "name is no setting"),
        ({"steps": 2.5}, "steps must be a whole number, not 2.5"),
        ({"steps": True}, "steps must be a whole number, not True"),
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"learning_rate": "fast"}, "learning_rate must be a number, not 'fast'"),
        ({"keep_known": 1}, "keep_known must be True or False, not 1"),
        ({"stop": "soon"}, "stop must be one of never, emv"),
        ({"network": "resnet"}, "network must be one of skip"),
        ({"network": 3}, "network must be the name of a network or its configuration, not 3"),
        ({"network.width": 3}, "network.width is no setting: the names are down"),
        ({"network.down": 3}, "network.down must be a tuple of 5, not 3"),
    ],
    ids=str,
)
def test_what_is_no_setting_or_no_value_of_one_is_refused(settings, words):
    with pytest.raises(InputError, match=re.escape(words)):
        with_settings(FAST, **settings)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_setting_takes_its_own_value(network):
    preset = with_settings(FAST, network=network)
    settings = {name: value for name, value in vars(preset).items() if name not in ("name", "task", "sources", "network")}
    parts = {f"network.{name}": value for name, value in vars(preset.network).items()}
    assert with_settings(preset, **settings, **parts) == preset
