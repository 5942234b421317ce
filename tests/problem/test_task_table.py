"""One table says what there is: commands, API and lists of presets have what is in it, and nothing else."""

import numpy as np
import pytest

from paddle_dip.problem.task_table import TASKS, all_presets, problem_of_tile, task_preset, task_presets

IMAGE = np.random.default_rng(0).random((3, 24, 30)).astype(np.float32)
INPUTS = {"factor": 3, "mask": (IMAGE[:1] > 0.5).astype(np.float32), "flash": IMAGE[::-1]}


def test_commands_and_api_have_every_task():
    import paddle_dip
    from paddle_dip.cli.tasks import COMMANDS

    assert list(COMMANDS) == list(TASKS)
    assert all(callable(getattr(paddle_dip, task.replace("-", "_"))) for task in TASKS)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_presets_of_its_name_and_makes_problems_of_tiles(task):
    inputs = {name: INPUTS[name] for name in TASKS[task].inputs}
    assert "fast" in task_presets(task) and {preset.task for preset in task_presets(task).values()} == {task}
    tile = slice(2, 14), slice(5, 25)
    problem = problem_of_tile(task, IMAGE, task_preset(task), tile, **inputs)
    np.testing.assert_array_equal(problem.observation, IMAGE[(slice(None), *tile)])
    if "mask" in inputs:
        np.testing.assert_array_equal(problem.known, 1 - INPUTS["mask"][(slice(None), *tile)])
    if "flash" in inputs:
        np.testing.assert_array_equal(problem.guide, INPUTS["flash"][(slice(None), *tile)])


def test_all_presets_are_listed_once():
    names = [name for task in list(TASKS)[1:] for name in task_presets(task)]
    assert len(all_presets()) == len(names) + 2 * len(task_presets("super-resolve"))
    assert all_presets()["paper x8"].steps == 5000 and all_presets()["denoise fast"] == task_preset("denoise")


def test_a_factor_is_for_magnifying_alone():
    assert task_preset("super-resolve", "paper", 8).steps == 5000 and task_preset("super-resolve", "paper").steps == 2000
    with pytest.raises(ValueError, match="factor must be a whole number"):
        task_preset("super-resolve", "fast", 1)
    with pytest.raises(ValueError, match="factor is for super-resolve, denoise has none"):
        task_preset("denoise", "fast", 4)
