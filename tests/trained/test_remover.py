"""Object removal learns, with and without the Fourier term, and goes on to the same bits."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from paddle_dip.trained import checkpoints
from paddle_dip.trained.datasets import Holed
from paddle_dip.trained.engine import train
from paddle_dip.trained.problem.architectures import CriticConfig, FillerConfig
from paddle_dip.trained.problem.pairs import photo_files
from paddle_dip.trained.problem.removal_presets import REMOVAL_PRESETS, removal_preset
from paddle_dip.trained.remover import assess_filler, removal_training

SMALL = replace(
    REMOVAL_PRESETS["small"],
    filler=FillerConfig(width=4, coarse_rates=(1, 2), refine_rates=(1,), initialisation="torch"),
    critic=CriticConfig(size=64, down=(4, 4, 4)),
    learning_rate=4e-3,
    views=5,
    fixed=True,
    epochs=4,
)


@pytest.mark.parametrize("fourier_weight", [pytest.param(0.0, marks=pytest.mark.slow), 1.0])
def test_losses_fall_and_holes_are_filled(photos, fourier_weight):
    files = photo_files(photos)[:2]
    training = removal_training(files, replace(SMALL, fourier_weight=fourier_weight), seed=0)
    samples = Holed(files, 64)
    before = assess_filler(training.networks["filler"], samples).figures
    means = [update.means() for update in train(training) if update.epoch_ended]
    assert list(means[0]) == ["filler", "adversarial", "hole", "outside", "fourier", "critic", "penalty"]
    assert all(means[-1][name] < 0.97 * means[0][name] for name in ("filler", "outside", "fourier"))
    assert assess_filler(training.networks["filler"], samples).figures["hole_l1"] < 0.97 * before["hole_l1"]


@pytest.mark.parametrize("stop", [1, 4])
def test_a_training_taken_up_gives_the_same_bits(photos, stop, tmp_path):
    """Between two changes of the filler, of which the third step is the next."""
    preset = replace(SMALL, views=1, critic_steps=3, fixed=False, epochs=2, fourier_weight=0.5)
    files = photo_files(photos)[:3]
    whole = removal_training(files, preset, seed=1)
    expected = [update.means() for update in train(whole)]
    stopped = removal_training(files, preset, seed=1)
    update = next(islice(train(stopped), stop - 1, None))
    checkpoints.save(tmp_path, stopped, update.step, {}, keep=1)
    resumed = removal_training(files, preset, seed=1)
    checkpoints.load_state(checkpoints.newest(tmp_path), resumed)
    assert [u.means() for u in train(resumed, position=update.position())] == expected[stop:]
    for name, network in whole.networks.items():
        for key, value in network.state_dict().items():
            assert value.numpy().tobytes() == resumed.networks[name].state_dict()[key].numpy().tobytes()


def test_the_filler_changes_at_the_first_of_every_three_steps(photos):
    training = removal_training(photo_files(photos)[:4], replace(SMALL, views=1, critic_steps=3, epochs=1), seed=0)
    weights = {name: [] for name in training.networks}
    for _ in train(training):
        for name, network in training.networks.items():
            weights[name].append(network.parameters()[0].numpy().tobytes())
    filler, critic = weights["filler"], weights["critic"]
    assert filler[0] == filler[1] == filler[2] != filler[3] and len(set(critic)) == 4


def test_views_and_holes_are_drawn_anew_unless_fixed(photos):
    files = photo_files(photos)
    samples = Holed(files, 64, views=2, epoch=3)
    picture, hole = samples[1]
    assert len(samples) == 10 and picture.shape == (3, 64, 64) and hole.shape == (1, 64, 64)
    assert picture.dtype == hole.dtype == np.float32 and picture.min() < 0 < picture.max() <= 1
    other_view, other_epoch = samples[6], Holed(files, 64, views=2, epoch=4)[1]
    assert not any(np.array_equal(hole, other) for _, other in (other_view, other_epoch))
    for one, same in zip(Holed(files, 64, views=2)[1], Holed(files, 64, views=2)[6], strict=True):
        np.testing.assert_array_equal(one, same)


def test_presets_are_the_write_ups_and_a_small_one():
    whole, small = REMOVAL_PRESETS["repository"], REMOVAL_PRESETS["small"]
    assert (whole.batch, whole.critic_steps, whole.size, whole.betas) == (4, 3, 512, (0.5, 0.9))
    assert (small.batch, small.critic_steps, small.size) == (1, 1, 256)
    scaled = removal_preset("repository", size=128, width=16)
    assert (scaled.filler.width, scaled.critic.down, scaled.size) == (16, (32, 64, 128, 128, 128, 128), 128)
    for preset in (whole, small):
        assert set(preset.settings()) - {"name", "precision"} <= set(preset.sources)
    for wrong in ({"name": "fast"}, {"name": "small", "size": 100}, {"name": "small", "width": 0}):
        with pytest.raises(ValueError):
            removal_preset(**wrong)
    with pytest.raises(ValueError, match="fourier_weight"):
        replace(small, fourier_weight=-1.0)
