"""Presets: the numbers that were published, and a source for each number."""

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.presets import Preset, completed, described
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from paddle_dip.problem.tasks import super_resolution


def test_paper_is_the_write_ups_recipe():
    x8, x4 = super_resolution_preset("paper", 8), super_resolution_preset("paper", 4)
    assert (x8.steps, x8.reg_noise_std, x8.learning_rate, x8.input_scale) == (5000, 0.05, 0.01, 0.1)
    assert (x4.steps, x4.reg_noise_std) == (2000, 0.03)
    assert (x8.operator, x8.average, x8.final_input, x8.back_projection, x8.work_scale) == ("lanczos2", "none", "clean", 0, 1)
    assert "4000" in x8.sources["steps"]


@pytest.mark.parametrize("factor", [2, 3, 4, 8])
@pytest.mark.parametrize("name", PRESETS)
def test_every_number_has_a_source(name, factor):
    preset = super_resolution_preset(name, factor)
    unexplained = {"name", "task", "sources"} | ({"average_decay"} if preset.average == "none" else set())
    assert {field.name for field in fields(Preset)} - set(preset.sources) <= unexplained
    assert all(len(line) == 3 for line in described(preset))


@pytest.mark.parametrize(("name", "share"), [("quick", 1 / 1292), ("fast", 1 / 352), ("best", 1 / 42)])
def test_x8_keeps_within_its_share_of_the_papers_arithmetic(name, share):
    preset, paper = super_resolution_preset(name, 8), super_resolution_preset("paper", 8)
    side = 512 // preset.work_scale
    spent = preset.members * preset.steps * step_flops(preset.network, side, side)
    assert 0.95 * share < spent / (paper.steps * step_flops(paper.network, 512, 512)) < share


def test_presets_can_not_be_changed():
    with pytest.raises(FrozenInstanceError):
        super_resolution_preset("fast", 8).steps = 3


@pytest.mark.parametrize("changes", [{"average": "EMA"}, {"operator": "cubic"}, {"final_input": "x"}, {"steps": 0}])
def test_a_value_that_does_not_exist_is_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        replace(super_resolution_preset("fast", 8), **changes)


@pytest.mark.parametrize(("name", "factors"), [("fast", (2, 3, 4, 5, 7, 8)), ("paper", (2, 4, 6, 8))])
def test_every_preset_shrinks_to_the_observation(name, factors):
    for factor in factors:
        preset = super_resolution_preset(name, factor)
        task = super_resolution(np.zeros((1, 9, 7)), factor, preset)
        assert task.operator(task.lift(np.zeros((1, *task.canvas)))).shape == (1, 9, 7)


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="best, fast, quick, paper"):
        super_resolution_preset("slow", 8)


def test_a_record_of_an_earlier_version_is_read_as_this_one_would_write_it():
    now = super_resolution_preset("fast", 4).settings()
    earlier = {name: value for name, value in now.items() if name != "tv_weight"} | {"task": "super-resolution"}
    assert completed(earlier) == now and now["task"] == "super-resolve"
