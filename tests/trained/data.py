"""Small data for the tests of training, as fixtures."""

import gzip
import struct

import numpy as np
import pytest
from PIL import Image

from paddle_dip.problem.trained.pairs import PairSettings, prepare_pairs


@pytest.fixture
def photos(tmp_path):
    """A folder of five photos of different shapes, one of them in a sub-folder."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for number, (width, height) in enumerate([(300, 260), (256, 256), (280, 400), (257, 300), (320, 270)]):
        coarse = np.random.default_rng(number).integers(0, 256, (9, 9, 3)).astype(np.uint8)
        place = folder / "more" if number == 4 else folder
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(place / f"p{number}.png")
    return folder


@pytest.fixture
def pairs(photos, tmp_path):
    """A folder of five pairs of 256x256 pixels."""
    prepare_pairs(photos, tmp_path / "pairs", PairSettings())
    return tmp_path / "pairs"


@pytest.fixture
def mnist(tmp_path):
    """A folder with MNIST's four files, of squares on black instead of digits: 40 to learn from, 20 to test with."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, count in (("train", 40), ("t10k", 20)):
        images = np.zeros((count, 28, 28), np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[4 + label : 14 + label, 6:20] = 255
        header = struct.pack(">IIII", 2051, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + images.tobytes()))
        header = struct.pack(">II", 2049, count)
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(header + labels.tobytes()))
    return folder
