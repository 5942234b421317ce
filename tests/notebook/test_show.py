"""Pictures of any size come side by side at one height, and fit on a page."""

import numpy as np

from paddle_dip.notebook.show import row, table


def test_small_and_large_pictures_share_a_height():
    narrow = row({"low": np.zeros((3, 32, 32)), "high": np.zeros((1, 256, 256))})
    wide = row({"a": np.zeros((3, 512, 768)), "b": np.zeros((3, 64, 96)), "c": np.zeros((3, 512, 768))})
    assert narrow.size == (2 * 256 + 4, 256 + 22)
    assert wide.width <= 1010 and wide.height < 256


def test_small_pictures_show_their_pixels():
    checkers = np.indices((8, 8)).sum(axis=0)[None] % 2 * 1.0
    sheet = np.asarray(row({"checkers": checkers, "same": checkers}))[22:, :256, 0]
    assert np.array_equal(sheet, (checkers[0] * 255).repeat(32, axis=0).repeat(32, axis=1))


def test_a_table_is_markdown():
    assert table(["image", "dB"], [["cat", "26.8"]]).data == "| image | dB |\n| --- | ---: |\n| cat | 26.8 |"
