"""Tiles cover a picture, fit, and are put together without a seam."""

import weakref

import numpy as np
import pytest

from paddle_dip.problem.tiles import blended, in_squares, smallest_tile, tiling


@pytest.mark.parametrize(("height", "width"), [(40, 40), (100, 67), (33, 300)])
@pytest.mark.parametrize("most", [40 * 40, 3000, 10**6])
def test_tiles_cover_the_picture_and_fit(height, width, most):
    tiles = tiling(height, width, lambda h, w: h * w <= most)
    covered = np.zeros((height, width), int)
    for rows, columns in tiles:
        assert rows.start >= 0 and rows.stop <= height and columns.start >= 0 and columns.stop <= width
        assert (rows.stop - rows.start) * (columns.stop - columns.start) <= most
        covered[rows, columns] += 1
    assert covered.min() >= 1 and len({(r.stop - r.start, c.stop - c.start) for r, c in tiles}) == 1
    assert (len(tiles) == 1) == (height * width <= most)


@pytest.mark.parametrize(
    ("height", "width", "most", "side", "count"),
    [
        (750, 1000, 421 * 421, (391, 355), 6),  # two rows of three; squares of 421 would be nine
        (1000, 750, 421 * 421, (355, 391), 6),
        (100, 1000, 100 * 300, (100, 194), 6),  # four of 100x274 would be less, and strips
        (20, 1000, 20 * 300, (20, 40), 33),
        (20, 1000, 20 * 32, (20, 32), 42),
        (64, 64, 32 * 32, (32, 32), 9),
    ],
)
def test_as_little_as_possible_is_worked_on_twice(height, width, most, side, count):
    tiles = tiling(height, width, lambda h, w: h * w <= most)
    assert {(r.stop - r.start, c.stop - c.start) for r, c in tiles} == {side} and len(tiles) == count


def test_the_whole_is_taken_where_it_fits_though_no_tile_would():
    """As of one fit that may have all memory, where tiles would be made side by side."""
    assert tiling(64, 80, lambda h, w: (h, w) == (64, 80)) == [(slice(0, 64), slice(0, 80))]


@pytest.mark.parametrize("scale", [1, 3])
def test_a_picture_cut_and_put_together_is_the_picture(scale):
    picture = np.random.default_rng(0).random((2, 50 * scale, 71 * scale))
    tiles = tiling(50, 71, lambda h, w: h * w <= 1500)
    parts = (picture[:, r.start * scale : r.stop * scale, c.start * scale : c.stop * scale] for r, c in tiles)
    assert len(tiles) > 2
    whole = blended(tiles, parts, scale)
    assert whole.shape == picture.shape and whole.dtype == np.float32
    np.testing.assert_allclose(whole, picture, atol=1e-6)


def test_one_tile_is_the_picture_to_the_bit():
    picture = np.random.default_rng(0).random((3, 10, 14)).astype(np.float32)
    np.testing.assert_array_equal(blended(tiling(5, 7, lambda h, w: True), [picture], 2), picture)


def test_one_part_is_held_at_a_time():
    tiles, made = tiling(64, 200, lambda h, w: h * w <= 64 * 40), []

    class Part(np.ndarray):
        pass

    def parts():
        for rows, columns in tiles:
            part = np.zeros((1, rows.stop - rows.start, columns.stop - columns.start)).view(Part)
            made.append(weakref.ref(part))
            yield part
            assert sum(each() is not None for each in made) <= 2  # the one just blended in, and the next

    assert len(tiles) > 4
    blended(tiles, parts())


def test_overlapping_tiles_fade_into_each_other():
    tiles = tiling(40, 100, lambda h, w: w <= 60)
    row = blended(tiles, (np.full((1, 40, tile[1].stop - tile[1].start), n) for n, tile in enumerate(tiles)))[0, 20]
    assert row[0] == 0 and row[-1] == len(tiles) - 1 and np.diff(row).min() >= 0 and np.diff(row).max() < 0.2


@pytest.mark.parametrize(("most", "overlap"), [(400, 32), (100, 25)])
def test_wide_tiles_overlap_by_no_more_than_narrow_ones(most, overlap):
    """A quarter of a side, but 32 pixels at most, whatever they are enlarged by."""
    tiles = tiling(200, 700, lambda h, w: w <= most)
    each = [columns for _, columns in tiles]
    shared = {before.stop - after.start for before, after in zip(each, each[1:], strict=False)}
    assert shared == {overlap}
    row = blended(tiles, (np.full((1, 400, 2 * (c.stop - c.start)), n % 2) for n, c in enumerate(each)), 2)[0, 40]
    assert np.count_nonzero((row > 0) & (row < 1)) == pytest.approx(2 * overlap * (len(each) - 1), abs=2 * len(each))


@pytest.mark.parametrize(("height", "width"), [(100, 100), (33, 300), (20, 90), (6, 5)])
def test_the_smallest_tile_is_tried_before_all_are_refused(height, width):
    least = smallest_tile(height, width)
    assert tiling(height, width, lambda h, w: (h, w) == least)
    with pytest.raises(ValueError, match=f"{least[1]}x{least[0]}"):
        tiling(height, width, lambda h, w: False)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (5, 100), (33, 31), (70, 41), (1, 1)])
def test_doing_nothing_to_each_square_changes_nothing(height, width):
    image = np.random.default_rng(0).random((3, height, width))
    sizes = []

    def work(square):
        sizes.append(square.shape)
        return square

    np.testing.assert_allclose(in_squares(image, 32, work), image, atol=1e-6)
    assert set(sizes) == {(3, 32, 32)}


def test_where_squares_disagree_the_result_has_no_step():
    levels = iter(np.linspace(0, 1, 3))
    result = in_squares(np.zeros((1, 32, 80)), 32, lambda square: np.full_like(square, next(levels)))
    assert np.abs(np.diff(result[0], axis=1)).max() < 0.1
