"""Random masks: a function of the seed and the place, never nothing, never most of the picture."""

import numpy as np
import pytest

from paddle_dip.trained.problem.masks import _mark, random_mask


def test_a_mask_is_binary_and_neither_empty_nor_most_of_the_picture():
    masks = [random_mask(64, 48, 0, 1, photo) for photo in range(60)]
    assert all(mask.shape == (1, 64, 48) and mask.dtype == np.float32 and set(np.unique(mask)) == {0, 1} for mask in masks)
    shares = [mask.mean() for mask in masks]
    assert min(shares) > 0 and max(shares) <= 0.5 and 0.03 < np.mean(shares) < 0.25


def test_some_are_rectangles_and_some_are_not():
    boxes = []
    for photo in range(40):
        rows, columns = np.nonzero(random_mask(64, 64, 0, photo)[0])
        boxes.append(len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1))
    assert 5 < sum(boxes) < 25


@pytest.mark.parametrize("place", [(2, 5), (3, 4), (2, 4, 0)])
def test_the_seed_and_the_place_decide(place):
    first = random_mask(32, 32, 1, 2, 4)
    np.testing.assert_array_equal(first, random_mask(32, 32, 1, 2, 4))
    assert not np.array_equal(first, random_mask(32, 32, 1, *place))
    assert not np.array_equal(first, random_mask(32, 32, 2, 2, 4))


def test_a_brush_marks_what_is_near_its_line():
    mask = np.zeros((30, 40), bool)
    start, end = np.array([5.0, -4.0]), np.array([20.0, 30.0])
    _mark(mask, start, end, 3.0)
    points = start + np.linspace(0, 1, 2000)[:, None] * (end - start)
    rows, columns = np.mgrid[:30, :40]
    away = np.min([np.hypot(rows - r, columns - c) for r, c in points], axis=0)
    np.testing.assert_array_equal(mask[np.abs(away - 3) > 0.01], (away <= 3)[np.abs(away - 3) > 0.01])
