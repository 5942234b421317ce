"""From a photo to a problem: what is known, what is not, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.task_table import TASKS, task_preset, task_presets
from paddle_dip.problem.tasks import denoising, flash_no_flash, inpainting

IMAGE = np.random.default_rng(0).random((3, 20, 31)).astype(np.float32)
PRESET = task_preset("inpaint", "fast")


def holes(share: float) -> np.ndarray:
    return (np.random.default_rng(1).random((1, 20, 31)) < share).astype(np.float32)


def test_what_is_no_hole_is_known():
    mask = holes(0.3)
    mask[0, 0, 0] = 0.25
    problem = inpainting(IMAGE, mask, PRESET)
    np.testing.assert_array_equal(problem.known, 1 - mask)
    np.testing.assert_array_equal(problem.seen, (1 - mask) * IMAGE)
    assert problem.size == problem.canvas == (20, 31) and problem.known[0, 0, 0] == 0.75


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((1, 20, 31), np.float32), "^mask has no hole: nothing in it has the colour that marks$"),
        (np.ones((1, 20, 31), np.float32), "^mask is all hole: everything in it has the colour that marks$"),
        (np.ones((1, 31, 20), np.float32), "mask is 20x31 pixels, the photo 31x20"),
    ],
)
def test_masks_that_leave_nothing_to_do_or_to_go_by_are_refused(mask, words):
    with pytest.raises(ValueError, match=words):
        inpainting(IMAGE, mask, PRESET)


def test_a_part_of_a_photo_may_have_no_hole():
    assert inpainting(IMAGE, holes(0), PRESET, part=True).known.min() == 1


def test_two_photos_of_one_scene_must_have_one_size():
    preset = task_preset("flash-no-flash", "paper")
    assert flash_no_flash(IMAGE, IMAGE, preset).guide.shape == IMAGE.shape
    with pytest.raises(ValueError, match="31x20"):
        flash_no_flash(IMAGE, IMAGE[:, :, :-1], preset)


def test_a_guide_is_for_a_network_that_paints_at_full_size():
    with pytest.raises(ValueError, match="work_scale .preset paper. must be 1, not 2"):
        flash_no_flash(IMAGE, IMAGE, replace(task_preset("flash-no-flash", "paper"), work_scale=2))


def test_a_photo_of_a_few_pixels_is_refused():
    with pytest.raises(ValueError, match="at least 4"):
        denoising(IMAGE[:, :3], task_preset("denoise", "fast"))


@pytest.mark.parametrize("task", TASKS)
def test_every_number_of_every_task_has_a_source(task):
    from dataclasses import fields

    for preset in task_presets(task).values():
        assert {field.name for field in fields(preset)} - set(preset.sources) <= {"name", "task", "sources"}


def test_the_references_settings():
    library, vase = task_preset("inpaint", "paper-large-hole"), task_preset("inpaint", "paper-object")
    assert (library.steps, library.reg_noise_std, library.network.scales, library.network.input_depth) == (3001, 0, 6, 1)
    assert (vase.input, vase.network.input_depth, set(vase.network.skip)) == ("meshgrid", 2, {0})
    barbara, shuffle = (task_preset("restore-pixels", name) for name in ("paper", "pixel-shuffle"))
    assert (barbara.steps, barbara.learning_rate) == (11000, 1e-3)
    assert (shuffle.steps, shuffle.learning_rate, shuffle.loss, shuffle.noise) == (25001, 1e-4, "sum", "cumulative")
    denoise = task_preset("denoise", "paper")
    assert (denoise.steps, denoise.average, round(1 / denoise.reg_noise_std)) == (3000, "ema", 30)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="paper-large-hole"):
        task_preset("inpaint", "slow")
    with pytest.raises(ValueError, match="denoise"):
        task_presets("paint")


@pytest.mark.parametrize(("name", "neutral"), NO_REFINEMENT.items())
def test_what_refines_a_magnified_image_is_refused_elsewhere(name, neutral):
    with pytest.raises(ValueError, match=f"{name} is for super-resolution"):
        denoising(IMAGE, replace(task_preset("denoise", "fast"), **{name: neutral + 1}))
