"""The deblurrer learns, is judged without learning, and works on photos of any size."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.io.images import Photo
from paddle_dip.trained.deblurrer import assess_deblurrer, baselines, deblur_photo, deblur_training, deblurred
from paddle_dip.trained.engine import Position, train
from paddle_dip.trained.networks import build_network
from paddle_dip.trained.problem.architectures import DiscriminatorConfig, GeneratorConfig
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.presets import DEBLUR_PRESETS, deblur_preset
from paddle_dip.trained.problem.refinement import corrected, turned_mean

SMALL = replace(
    DEBLUR_PRESETS["repository"],
    generator=GeneratorConfig(down=(8, 8, 8), up=(8, 8), dropouts=1),
    discriminator=DiscriminatorConfig(down=(4, 4)),
    learning_rate=2e-3,
    epochs=20,
)


def test_losses_fall_and_pictures_get_better(small_pairs):
    training = deblur_training(small_pairs[:4], SMALL, seed=0)
    before = assess_deblurrer(training.networks["generator"], small_pairs[4:]).figures["psnr"]
    means = [update.means() for update in train(training) if update.epoch_ended]
    assert means[-1]["l1"] < 0.6 * means[0]["l1"] and means[-1]["generator"] < 0.6 * means[0]["generator"]
    assert list(means[0]) == ["generator", "adversarial", "l1", "discriminator"]
    assert assess_deblurrer(training.networks["generator"], small_pairs[4:]).figures["psnr"] > before + 3


def test_without_a_discriminator_l1_alone_is_learnt_from(small_pairs):
    training = deblur_training(small_pairs[:4], replace(SMALL, adversarial=False, epochs=8), seed=0)
    assert list(training.networks) == ["generator"]
    means = [update.means() for update in train(training) if update.epoch_ended]
    assert list(means[0]) == ["generator", "l1"] and means[-1]["l1"] < 0.6 * means[0]["l1"]


def test_a_look_at_test_pictures_changes_nothing(small_pairs):
    runs = []
    for look in (False, True):
        training = deblur_training(small_pairs[:4], replace(SMALL, epochs=1, jitter="crop"), seed=0)
        losses = []
        for update in train(training):
            losses.append(update.loss())
            if look:
                assess_deblurrer(training.networks["generator"], small_pairs[4:])
        runs.append(losses)
    assert runs[0] == runs[1]


def test_the_seed_decides(small_pairs):
    losses = [next(train(deblur_training(small_pairs, SMALL, seed=seed))).loss() for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


def test_what_there_is_to_beat(small_pairs):
    figures = baselines(small_pairs[:3], small_pairs[3:])
    assert 15 < figures["blurred"]["psnr"] < figures["unsharp"]["psnr"] < 60


@pytest.mark.parametrize(("channels", "height", "width"), [(3, 70, 45), (1, 20, 90)])
def test_photos_of_any_size_keep_their_kind(channels, height, width):
    generator = build_network(SMALL.generator)
    photo = Photo(np.random.default_rng(0).random((channels, height, width)).astype(np.float32), np.ones((height, width)), 16)
    sharp = deblur_photo(photo, generator, 64)
    assert sharp.pixels.shape == photo.pixels.shape and sharp.bits == 16 and sharp.alpha is photo.alpha
    assert sharp.pixels.min() >= 0 and sharp.pixels.max() <= 1


def test_a_photo_of_the_training_size_is_the_networks_own_output():
    generator = build_network(SMALL.generator)
    picture = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)
    output = (generator(paddle.to_tensor(2 * picture[None] - 1)).numpy()[0] + 1) / 2
    np.testing.assert_allclose(deblur_photo(Photo(picture), generator, 64).pixels, output, atol=1e-6)


def test_over_turns_and_corrected():
    generator, kernel = build_network(SMALL.generator), blur_kernel("disk", 3.0)
    photo = Photo(np.random.default_rng(0).random((3, 64, 64)).astype(np.float32))
    over = turned_mean(lambda square: deblurred(generator, square), photo.pixels)
    np.testing.assert_allclose(deblur_photo(photo, generator, 64, turns=True).pixels, over, atol=1e-6)
    plain, right = (deblur_photo(photo, generator, 64, kernel=used).pixels for used in (None, kernel))
    np.testing.assert_allclose(right, corrected(plain, photo.pixels, kernel), atol=1e-6)
    grey = deblur_photo(Photo(photo.pixels[:1, :40]), generator, 64, turns=True, kernel=kernel)
    assert grey.pixels.shape == (1, 40, 64) and grey.pixels.min() >= 0 and grey.pixels.max() <= 1


def test_presets_are_as_published_and_scale():
    repository, paper = DEBLUR_PRESETS["repository"], DEBLUR_PRESETS["paper"]
    assert (repository.generator.slope, repository.jitter) == (0.3, "none")
    assert (paper.generator.slope, paper.jitter) == (0.2, "crop")
    assert deblur_preset("paper", width=16).generator.down == (16, 32, 64, 128, 128, 128, 128, 128)
    assert deblur_preset("small").generator == deblur_preset("repository", width=32).generator
    assert not deblur_preset("faithful").adversarial and deblur_preset("small").adversarial
    for preset in DEBLUR_PRESETS.values():
        assert set(preset.settings()) - {"name", "precision"} <= set(preset.sources)
    for wrong in ({"name": "slow"}, {"name": "paper", "width": 0}):
        with pytest.raises(ValueError):
            deblur_preset(**wrong)
    for name, value in (("epochs", 0), ("cooldown", -1), ("jitter", "both")):
        with pytest.raises(ValueError, match=f"{name} must be"):
            replace(paper, **{name: value})


def test_the_learning_rate_falls_in_the_end(small_pairs):
    preset = replace(SMALL, epochs=5, cooldown=0.6, learning_rate=1.0)
    assert [preset.learning_rate_at(epoch) for epoch in range(5)] == [1, 1, 0.75, 0.5, 0.25]
    training = deblur_training(small_pairs[:1], replace(preset, learning_rate=1e-4), seed=0)
    rates = [[adam.get_lr() for adam in training.adams.values()] for _ in train(training, position=Position(1))]
    assert rates == [[pytest.approx(1e-4 * share)] * 2 for share in (1, 0.75, 0.5, 0.25)]
