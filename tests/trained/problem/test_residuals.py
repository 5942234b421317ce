"""Detail is carried into holes as a slow, explicit sum says, on photos of any size, and nothing else changes."""

import time

import numpy as np
import pytest

from paddle_dip.trained.problem.residuals import aggregated, fill_photo, soft_mask, with_detail, working_sizes

DRAW = np.random.default_rng(0)


def slow_aggregated(detail, attention, wanted, block):
    """Block by block and cell by cell."""
    result = np.zeros_like(detail)
    columns = wanted.shape[1]
    for p, (row, column) in enumerate(np.ndindex(wanted.shape)):
        if not wanted[row, column]:
            continue
        for q in range(wanted.size):
            top, left = q // columns * block, q % columns * block
            part = attention[p, q] * detail[:, top : top + block, left : left + block]
            result[:, row * block : (row + 1) * block, column * block : (column + 1) * block] += part
    return result


def test_residuals_are_aggregated_as_the_explicit_sum_says():
    detail, attention = DRAW.standard_normal((3, 24, 40)), DRAW.random((15, 15))
    wanted = DRAW.random((3, 5)) < 0.5
    np.testing.assert_allclose(aggregated(detail, attention, wanted, 8), slow_aggregated(detail, attention, wanted, 8), atol=1e-13)


def test_texture_that_repeats_is_carried_into_the_hole_exactly():
    """Cells of 16 small pixels are 32 large ones; the attention says which cell looks like the erased one."""
    large = np.tile(DRAW.random((3, 32, 32)), (1, 3, 4))
    small = large.reshape(3, 48, 2, 64, 2).mean(axis=(2, 4))
    hole, attention = np.zeros((1, 48, 64)), np.zeros((12, 12))
    hole[:, 18:30, 17:31] = 1  # inside the cell in row 1, column 1
    attention[5, 6] = 1
    damaged = np.where(hole.repeat(2, axis=1).repeat(2, axis=2) > 0, 0.5, large)
    result = with_detail(damaged, small, small, hole, attention)
    np.testing.assert_allclose(result, large, atol=1e-5)


def uniform(small, hole):
    """Fill with a colour; take the same from all open cells."""
    covered = hole.reshape(small.shape[1] // 16, 16, small.shape[2] // 16, 16).any(axis=(1, 3)).ravel()
    return np.full_like(small, 0.25), np.tile(~covered / (~covered).sum(), (covered.size, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("height", "width", "size", "small", "times"),
    [(700, 1033, 512, (352, 512), 3), (1033, 700, 256, (256, 176), 5), (37, 50, 512, (48, 64), 1), (512, 512, 512, (512, 512), 1)],
)
def test_photos_of_any_size_are_filled_in_the_hole_alone(height, width, size, small, times):
    pixels, mask = DRAW.random((3, height, width)).astype(np.float32), np.zeros((1, height, width), np.float32)
    mask[:, height // 3 : height // 2, width // 3 : width // 2] = 1
    seen = []

    def work(picture, hole):
        seen.append(picture.shape)
        return uniform(picture, hole)

    begun = time.monotonic()
    result = fill_photo(pixels, mask, size, work)
    assert time.monotonic() - begun < 20
    sizes = working_sizes(height, width, size)
    assert (sizes.small, sizes.times) == (small, times) and seen == [(3, *small)]
    assert min(sizes.large[0] - height, sizes.large[1] - width) >= 0
    soft = soft_mask(mask, size)
    assert result.shape == pixels.shape and (np.abs(result - pixels)[:, soft[0] == 0] == 0).all()
    inside = result[:, mask[0] > 0]
    assert abs(inside.mean() - 0.25) < 0.05 and (times == 1 or inside.std() > 0.001)


def test_the_masks_density_is_the_fills_share():
    pixels, mask = np.full((3, 64, 96), 0.75, np.float32), np.zeros((1, 64, 96), np.float32)
    mask[:, 20:40, 20:40], mask[:, 20:40, 60:80] = 1, 0.5
    result = fill_photo(pixels, mask, 96, uniform)
    np.testing.assert_allclose(result[:, 25:35, 25:35], 0.25, atol=1e-6)
    np.testing.assert_allclose(result[:, 25:35, 65:75], 0.5, atol=1e-6)
    edge = result[0, 30, 36:50]
    assert (np.diff(edge) >= 0).all() and ((edge > 0.26) & (edge < 0.74)).sum() + 2 >= 3
    assert (result[:, :, 50:54] == 0.75).all()


NONE, ALL = "^mask has no hole: nothing in it has the colour that marks$", "^mask is all hole, .*: too much in it has the colour"


@pytest.mark.parametrize(("value", "message"), [(0.0, NONE), (0.01, NONE), (1.0, ALL), (0.5, ALL)])
def test_masks_that_mark_nothing_or_everything_are_refused(value, message):
    with pytest.raises(ValueError, match=message):
        fill_photo(np.zeros((3, 40, 40)), np.full((1, 40, 40), value), 64, uniform)
