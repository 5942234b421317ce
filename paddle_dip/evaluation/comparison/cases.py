"""The photos to compare methods on, each damaged in a way that is known."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.images import to_bytes
from paddle_dip.problem.convolution import convolved
from paddle_dip.problem.dataset import find_source, image_names, load_truth, to_unit
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.crops import middle_view, read_large
from paddle_dip.trained.problem.masks import random_mask
from paddle_dip.trained.problem.pairs import named_photos


@dataclass(frozen=True)
class Blur:
    """A blur of paddle_dip.trained.problem.blurs. strength: in pixels."""

    name: str = "disk"
    strength: float = 3.0


@dataclass(frozen=True)
class ComparisonCase:
    """One damaged photo. truth, damaged: float32 [3, size, size] in [0, 1]. hole: [1, size, size], 1 where it is, or None."""

    name: str
    truth: np.ndarray
    damaged: np.ndarray
    hole: np.ndarray | None = None


def choose_files(photos: Path, count: int) -> dict[str, Path]:
    """Return the first `count` photos in a folder under their names there; raises InputError where there are fewer."""
    files = named_photos(photos)
    if len(files) < count:
        raise InputError(f"--count {count} photos are asked for, {photos} has {len(files)}")
    return dict(islice(files.items(), count))


def holed_cases(files: dict[str, Path], size: int, seed: int) -> list[ComparisonCase]:
    """Return the middle squares, each with a random hole of (seed, its number) set to 0."""
    cases = []
    for number, (name, file) in enumerate(files.items()):
        truth, hole = middle_view(read_large(file, size), size), random_mask(size, size, seed, 2, number)
        cases.append(ComparisonCase(name, truth, truth * (1 - hole), hole))
    return cases


def blurred_cases(files: dict[str, Path], size: int, blur: Blur) -> list[ComparisonCase]:
    """Return the middle squares blurred at the size they have then, rounded to 8 bits."""
    return _blurred({name: middle_view(read_large(file, size), size) for name, file in files.items()}, blur)


def practice_cases(blur: Blur) -> list[ComparisonCase]:
    """Return scikit-image's photos, 256x256, blurred alike: to tune a method on others than those it is judged by."""
    source = find_source("embedded")
    return _blurred({name: to_unit(load_truth(source, name, 1)) for name in image_names(source)}, blur)


def _blurred(truths: dict[str, np.ndarray], blur: Blur) -> list[ComparisonCase]:
    kernel = blur_kernel(blur.name, blur.strength)
    return [ComparisonCase(name, truth, to_unit(to_bytes(convolved(truth, kernel)))) for name, truth in truths.items()]
