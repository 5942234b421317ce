"""Squares over a picture: what leaves them alone leaves it alone, whatever its size."""

import numpy as np
import pytest

from paddle_dip.problem.trained.tiles import in_squares


@pytest.mark.parametrize(("height", "width"), [(32, 32), (5, 100), (33, 31), (70, 41), (1, 1)])
def test_doing_nothing_changes_nothing(height, width):
    image = np.random.default_rng(0).random((3, height, width))
    sizes = []

    def work(square):
        sizes.append(square.shape)
        return square

    np.testing.assert_allclose(in_squares(image, 32, work), image, atol=1e-12)
    assert set(sizes) == {(3, 32, 32)}


def test_where_squares_disagree_the_result_has_no_step():
    levels = iter(np.linspace(0, 1, 3))
    result = in_squares(np.zeros((1, 32, 80)), 32, lambda square: np.full_like(square, next(levels)))
    assert np.abs(np.diff(result[0], axis=1)).max() < 0.1
