"""Views of photos: inside, of one size, functions of the seed and the place."""

import numpy as np
import pytest
from PIL import Image

from paddle_dip.trained.problem.crops import check_sizes, middle_view, random_view, read_large

PIXELS = np.random.default_rng(0).integers(0, 256, (70, 91, 3)).astype(np.uint8)


def test_the_middle_view_is_the_middle():
    np.testing.assert_allclose(middle_view(PIXELS, 70).transpose(1, 2, 0), PIXELS[:, 10:80] / np.float32(255))
    assert middle_view(PIXELS, 32).shape == (3, 32, 32)


def test_a_random_view_of_full_size_is_a_part_of_the_photo_or_its_mirror_image():
    view = (random_view(PIXELS, 70, 0, 3).transpose(1, 2, 0) * 255).round().astype(np.uint8)
    parts = [PIXELS[:, left : left + 70] for left in range(22)]
    assert any(np.array_equal(view[:, ::step], part) for part in parts for step in (1, -1))


def test_views_are_functions_of_seed_and_place():
    view = random_view(PIXELS, 32, 0, 1, 2)
    assert view.shape == (3, 32, 32) and view.dtype == np.float32 and view.min() >= 0 and view.max() <= 1
    np.testing.assert_array_equal(view, random_view(PIXELS, 32, 0, 1, 2))
    assert not np.array_equal(view, random_view(PIXELS, 32, 0, 1, 3))


def test_photos_that_cannot_be_used_are_named(tmp_path):
    good, small, bad = (tmp_path / f"{name}.png" for name in ("good", "small", "bad"))
    Image.fromarray(PIXELS).save(good)
    Image.fromarray(PIXELS[:50]).save(small)
    bad.write_bytes(b"no picture")
    check_sizes([good], 64, skip=False)
    check_sizes([good, small, bad], 64, skip=True)
    with pytest.raises(ValueError, match=r"small\.png is 91x50 pixels"):
        check_sizes([good, small], 64, skip=False)
    with pytest.raises(ValueError, match=r"bad\.png is not an image"):
        check_sizes([bad], 64, skip=False)
    with pytest.raises(ValueError, match="no photo can be used"):
        check_sizes([small, bad], 64, skip=True)
    with pytest.raises(ValueError, match=r"small\.png is 91x50"):
        read_large(small, 64)
