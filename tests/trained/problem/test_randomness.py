"""The randomness of training is a function of its arguments, and has the laws it claims."""

import numpy as np
import pytest

from paddle_dip.trained.problem.jitter import jittered
from paddle_dip.trained.problem.random_erasing import random_hole
from paddle_dip.trained.problem.randomness import dropout_mask, layer_values, order_seed

PLACE = (0, 0)


def test_laws_of_the_initial_weights():
    fans = (300, 200)
    torch, pix2pix, hifill = (
        layer_values((200, 300, 3, 3), fans, 0, PLACE, law=law, is_bias=False) for law in ("torch", "pix2pix", "hifill")
    )
    assert abs(torch).max() <= 1 / np.sqrt(300) and torch.std() == pytest.approx(1 / np.sqrt(3 * 300), rel=0.01)
    assert pix2pix.std() == pytest.approx(0.02, rel=0.01)
    assert abs(hifill).max() <= 0.1 and hifill.std() == pytest.approx(0.05 * 0.8796, rel=0.01)
    linear = layer_values((200, 300), fans, 0, PLACE, law="hifill", is_bias=False)
    assert abs(linear).max() <= np.sqrt(6 / 500) and linear.std() == pytest.approx(np.sqrt(2 / 500), rel=0.01)
    for law, some in (("torch", True), ("pix2pix", False), ("hifill", False)):
        assert layer_values((50,), fans, 0, PLACE, law=law, is_bias=True).any() == some
    with pytest.raises(ValueError, match="torch, pix2pix or hifill"):
        layer_values((3,), fans, 0, PLACE, law="keras", is_bias=False)


def test_dropout_keeps_the_mean():
    mask = dropout_mask((200, 200), 0.5, 0, 3)
    assert set(np.unique(mask)) == {0, 2} and mask.mean() == pytest.approx(1, abs=0.02)
    np.testing.assert_array_equal(mask, dropout_mask((200, 200), 0.5, 0, 3))
    assert not np.array_equal(mask, dropout_mask((200, 200), 0.5, 0, 4))


def test_each_epoch_has_its_order():
    seeds = {order_seed(seed, epoch) for seed in range(3) for epoch in range(3)}
    assert len(seeds) == 9 and max(seeds) < 2**32


def test_holes_change_with_sample_and_epoch_and_have_torchvisions_sizes():
    shares = [random_hole(60, 90, 0, epoch, sample).mean() for epoch in range(10) for sample in range(10)]
    assert min(shares) > 0.015 and max(shares) < 0.34 and len(set(shares)) > 80
    hole = random_hole(60, 90, 0, 1, 2)[0]
    rows, columns = hole.any(axis=1).sum(), hole.any(axis=0).sum()
    assert hole.sum() == rows * columns and 0.25 < rows / columns < 3.6


def test_jitter_moves_both_pictures_alike():
    picture = np.random.default_rng(0).random((3, 64, 64))
    first, second = jittered([picture, picture], "crop", 0, 1, 2)
    assert first.shape == (3, 64, 64) and first.min() >= 0 and first.max() <= 1
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, jittered([picture], "crop", 0, 2, 2)[0])


def test_turns_keep_every_pixel_and_all_eight_come():
    picture = np.random.default_rng(0).random((3, 8, 8))
    seen = [jittered([picture, 2 * picture], "turn", 0, 0, sample) for sample in range(60)]
    assert all((2 * one == other).all() and np.array_equal(np.sort(one, None), np.sort(picture, None)) for one, other in seen)
    assert len({one.tobytes() for one, _ in seen}) == 8
    assert jittered([picture], "none", 0, 0, 0)[0] is picture
