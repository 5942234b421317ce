"""The trained networks: their sizes are golden, their sums known by hand."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.solver.networks import trainable_parameters
from paddle_dip.trained.networks import build_network
from paddle_dip.trained.networks.removal import attend, carry
from paddle_dip.trained.problem.architectures import (
    CriticConfig,
    DigitAutoencoderConfig,
    DiscriminatorConfig,
    FillerConfig,
    GeneratorConfig,
    PhotoAutoencoderConfig,
)

SMALL = GeneratorConfig(down=(4, 4, 4), up=(4, 4), dropouts=1)


@pytest.mark.parametrize(
    ("config", "count"),
    [
        (GeneratorConfig(), 54_414_019),
        (GeneratorConfig(innermost_norm=True), 54_415_043),
        (DiscriminatorConfig(), 2_768_705),
        (DigitAutoencoderConfig(), 87_125),
        (PhotoAutoencoderConfig(), 1_137_379),
        (FillerConfig(), 2_722_791),
        (CriticConfig(), 5_961_601),
    ],
)
def test_parameter_counts(config, count):
    assert trainable_parameters(build_network(config)) == count


def test_the_two_stages_of_object_removal():
    filler = build_network(FillerConfig())
    assert trainable_parameters(filler.coarse) == 811_489 and trainable_parameters(filler.refine) == 1_911_302


def test_the_discriminator_judges_a_grid_of_patches():
    discriminator = build_network(DiscriminatorConfig(down=(4, 4, 4, 4)))
    assert discriminator(paddle.rand([1, 3, 256, 256]), paddle.rand([1, 3, 256, 256])).shape == [1, 1, 16, 16]


def test_looking_at_a_picture_changes_nothing_in_the_deblurrer():
    generator = build_network(SMALL)
    before = {name: value.numpy() for name, value in generator.state_dict().items()}
    generator(paddle.rand([1, 3, 16, 16]))
    for name, value in generator.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name], err_msg=name)


def test_dropout_acts_only_where_masks_say():
    generator = build_network(replace(SMALL, initialisation="torch"))
    x = paddle.rand([1, 3, 16, 16])
    (shape,) = generator.mask_shapes(1, 16, 16)
    assert shape == (1, 4, 4, 4)
    np.testing.assert_array_equal(generator(x, [paddle.ones(shape)]).numpy(), generator(x).numpy())
    assert not np.array_equal(generator(x, [paddle.zeros(shape)]).numpy(), generator(x).numpy())


@pytest.mark.parametrize("size", [64, 192])
def test_photo_autoencoders_of_other_sizes_keep_the_size(size):
    network = build_network(PhotoAutoencoderConfig(size=size))
    assert network(paddle.rand([2, 3, size, size])).shape == [2, 3, size, size]


def test_an_odd_size_of_photo_autoencoder_is_refused():
    with pytest.raises(ValueError, match="multiple of 64"):
        build_network(PhotoAutoencoderConfig(size=100))


def test_nothing_is_taken_from_the_hole():
    hole = paddle.zeros([1, 1, 128, 128])
    hole[:, :, 40:60, 70:90] = 1
    attention = attend(paddle.rand([1, 3, 16, 16]), hole, 10.0).numpy()[0]
    assert attention.shape == (64, 64)
    covered = np.zeros((8, 8), dtype=bool)
    covered[1:5, 3:7] = True  # rows 2 and 3, columns 4 and 5, and one more on each side
    assert (attention[:, covered.ravel()] == 0).all() and (attention[:, ~covered.ravel()] > 0).all()


def test_carrying_to_where_it_came_from_adds_up_the_overlaps():
    features = paddle.rand([1, 2, 32, 32])
    carried = carry(features, paddle.eye(64).unsqueeze(0), kernel=8)
    np.testing.assert_allclose(carried.numpy()[..., 2:-2, 2:-2], 4 * features.numpy()[..., 2:-2, 2:-2], rtol=1e-6)
    deep = carry(paddle.ones([1, 2, 16, 16]), paddle.eye(64).unsqueeze(0), kernel=3).numpy()[0, 0]
    np.testing.assert_array_equal(deep[:3, :3], [[1, 1, 2], [1, 1, 2], [2, 2, 4]])


def test_the_same_seed_gives_the_same_weights_and_another_network_others():
    first, same = (build_network(SMALL, seed=1).state_dict() for _ in range(2))
    other, second = build_network(SMALL, seed=2).state_dict(), build_network(SMALL, seed=1, number=1).state_dict()
    name = "downs.1.conv.weight"
    np.testing.assert_array_equal(first[name].numpy(), same[name].numpy())
    assert not np.array_equal(first[name].numpy(), other[name].numpy())
    assert not np.array_equal(first[name].numpy(), second[name].numpy())
