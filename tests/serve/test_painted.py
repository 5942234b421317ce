"""A painted mask: whatever colour it has, it marks what was painted, and nothing else."""

import numpy as np
from PIL import Image

from paddle_dip.io.masks import read_mask
from paddle_dip.serve.painted import painted_mask


def layer(rows: slice, colour: tuple[int, int, int]) -> Image.Image:
    pixels = np.zeros((12, 9, 4), np.uint8)
    pixels[rows, 2:5] = (*colour, 255)
    return Image.fromarray(pixels)


def test_all_layers_mark_in_whatever_colour(tmp_path):
    path = painted_mask({"layers": [layer(slice(0, 3), (255, 255, 255)), layer(slice(8, 10), (0, 0, 0))]}, tmp_path / "mask.png")
    wanted = np.zeros((1, 12, 9))
    wanted[0, [0, 1, 2, 8, 9], 2:5] = 1
    assert (read_mask(path) == wanted).all()


def test_where_nothing_is_painted_there_is_no_mask(tmp_path):
    for editor in (None, {}, {"layers": None}, {"layers": [layer(slice(0, 0), (255, 255, 255))]}):
        assert painted_mask(editor, tmp_path / "mask.png") is None
    assert list(tmp_path.iterdir()) == []
