"""The autoencoders learn to fill what was erased, and are used by their running statistics."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from paddle_dip.report.latent_space import latent_scatter
from paddle_dip.trained.autoencoder import assess_autoencoder, autoencoder_training, encoded, filling_baselines, read_for, restored
from paddle_dip.trained.datasets import Digits, Photos, read_digits
from paddle_dip.trained.engine import train
from paddle_dip.trained.networks import build_network
from paddle_dip.trained.problem.architectures import PhotoAutoencoderConfig
from paddle_dip.trained.problem.pairs import photo_files
from paddle_dip.trained.problem.presets import AUTOENCODER_PRESETS

PHOTOS = replace(AUTOENCODER_PRESETS["photos"], network=PhotoAutoencoderConfig(size=64), epochs=30, batch=5)


def test_digits_are_learnt_whole_from_erased_ones(mnist):
    preset = replace(AUTOENCODER_PRESETS["digits"], epochs=12, batch=20)
    images, _ = read_digits(mnist, train=True)
    training = autoencoder_training(preset, lambda epoch: Digits(images, erase=True, epoch=epoch + 1), seed=0)
    losses = [update.means()["mse"] for update in train(training) if update.epoch_ended]
    assert losses[-1] < 0.5 * losses[0]
    figures = assess_autoencoder(training.networks["autoencoder"], Digits(images, erase=True), batch=20).figures
    assert figures["hole_l1"] < figures["mean_fill_l1"]
    assert figures["psnr"] > 9 and {"ssim", "damaged_psnr", "damaged_ssim"} < set(figures)


def test_what_digits_have_to_beat(mnist):
    samples = Digits(read_digits(mnist, train=False)[0][:5], erase=True)
    found = filling_baselines(samples)
    assert list(found) == ["left black", "mean colour", "biharmonic"]
    untrained = assess_autoencoder(build_network(AUTOENCODER_PRESETS["digits"].network), samples, batch=5).figures
    assert found["mean colour"]["hole_l1"] == pytest.approx(untrained["mean_fill_l1"])
    assert 0 < found["biharmonic"]["hole_l1"] < found["mean colour"]["hole_l1"]  # a square goes on where its edges point
    black = [clean[hole == 1].mean() for _, clean, hole in (samples[index] for index in range(5))]
    assert found["left black"]["hole_l1"] == pytest.approx(np.mean(black))


def test_photos_are_learnt(photos):
    files = photo_files(photos)
    training = autoencoder_training(PHOTOS, lambda epoch: Photos(files, 64, erase=True, epoch=epoch + 1), seed=0)
    losses = [update.means()["mse"] for update in train(training) if update.epoch_ended]
    assert losses[-1] < 0.8 * losses[0]


def test_in_use_a_picture_does_not_depend_on_its_neighbours():
    network = build_network(PHOTOS.network)
    pictures = np.random.default_rng(0).random((3, 3, 64, 64))
    before = {name: value.numpy() for name, value in network.state_dict().items()}
    np.testing.assert_allclose(restored(network, pictures)[1], restored(network, pictures[1:2])[0], atol=1e-6)
    assert encoded(network, pictures).shape == (3, 128)
    assert network.training and all((value.numpy() == before[name]).all() for name, value in network.state_dict().items())


def test_a_photo_becomes_what_the_network_takes(tmp_path):
    Image.new("RGB", (90, 70), (255, 255, 255)).save(tmp_path / "white.png")
    digits, photos = (build_network(AUTOENCODER_PRESETS["digits"].network), build_network(PHOTOS.network))
    assert read_for(photos, tmp_path / "white.png").shape == (3, 64, 64)
    grey = read_for(digits, tmp_path / "white.png")
    assert grey.shape == (1, 28, 28)
    np.testing.assert_allclose(grey, 1, atol=1e-6)


def test_a_latent_space_is_drawn():
    vectors = np.random.default_rng(0).random((30, 4))
    assert latent_scatter(vectors, np.arange(30) % 10).startswith(b"\x89PNG")
