"""The data sets: ranges, randomness by epoch, and bad files."""

import gzip

import numpy as np
import pytest

from paddle_dip.trained.datasets import Digits, Pairs, Photos, read_digits, read_pair, usable
from paddle_dip.trained.loading import batches
from paddle_dip.trained.problem.pairs import find_pairs, photo_files
from tests.trained.data import cut_off


def test_pairs_are_signed_and_jitter_follows_the_epoch(pairs):
    found = find_pairs(pairs)
    blurred, sharp = Pairs(found)[1]
    assert blurred.shape == sharp.shape == (3, 256, 256) and blurred.dtype == sharp.dtype == np.float32
    assert sharp.min() < 0 < sharp.max() <= 1 and sharp.min() >= -1
    first, same, other = (Pairs(found, jitter="crop", epoch=epoch)[1][1] for epoch in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other) and not np.array_equal(first, sharp)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_corrupt_file_in_the_middle_of_an_epoch_is_named(pairs, workers):
    cut_off(pairs / "sharp" / "p2.png")
    with pytest.raises(ValueError, match=r"sharp/p2\.png can't be read, it is damaged or cut off"):
        list(batches(Pairs(find_pairs(pairs)), [[0], [1], [3], [4]], workers=workers))


def test_a_corrupt_file_is_left_out_only_when_asked(pairs):
    cut_off(pairs / "blurred" / "p2.png")
    said = []
    samples = Pairs(find_pairs(pairs), skip=said.append)
    assert len(samples) == 5
    np.testing.assert_array_equal(samples[3][0], samples[4][0])  # more_p4, p0, p1, p2, p3: the next takes its place
    assert len(said) == 1 and "p2.png" in said[0]
    for path in (pairs / "blurred").iterdir():
        cut_off(path)
    with pytest.raises(ValueError, match="none of the 5 samples"):
        samples[0]


def test_samples_that_can_not_be_read_are_left_out_when_asked(pairs):
    cut_off(pairs / "blurred" / "p2.png")
    found, said = find_pairs(pairs), []
    assert [pair.name for pair in usable(found, read_pair, said.append)] == ["more_p4.png", "p0.png", "p1.png", "p3.png"]
    assert len(said) == 1 and "p2.png" in said[0]
    assert usable(found, read_pair, None) == found


def test_photos_are_erased_anew_each_epoch_and_the_target_is_clean(photos):
    files = photo_files(photos)
    damaged, clean, hole = Photos(files, 64, erase=True, epoch=1)[2]
    assert damaged.shape == clean.shape == (3, 64, 64) and clean.min() >= 0 and clean.max() <= 1
    lost = hole[0] == 1
    assert 0.015 < lost.mean() < 0.34 and (damaged[:, lost] == 0).all() and (damaged[:, ~lost] == clean[:, ~lost]).all()
    assert not np.array_equal(damaged, Photos(files, 64, erase=True, epoch=2)[2][0])
    whole, clean, hole = Photos(files, 64, erase=False)[2]
    assert (whole == clean).all() and not hole.any()


def test_digits_are_read_by_paddle(mnist):
    images, labels = read_digits(mnist, train=True)
    assert images.shape == (200, 28, 28) and images.dtype == np.uint8 and labels.tolist() == [n % 10 for n in range(200)]
    assert images[3, 7:17, 6:20].min() == 255 and images[3].sum() == 255 * 140
    assert len(read_digits(mnist, train=False)[0]) == 100
    damaged, clean, _ = Digits(images, erase=True, epoch=1)[3]
    assert clean.shape == (1, 28, 28) and clean.max() == 1 and (damaged <= clean).all()


def test_missing_or_damaged_digits_are_told(mnist):
    (mnist / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"no digits"))
    with pytest.raises(ValueError, match="MNIST can't be read from"):
        read_digits(mnist, train=True)
    (mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte\.gz doesn't exist"):
        read_digits(mnist, train=False)
