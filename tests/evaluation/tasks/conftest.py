"""Two small pictures, one grey, with masks."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, shape in [("colour", (5, 7, 3)), ("grey", (6, 5))]:
        coarse = Image.fromarray(random.integers(0, 256, shape).astype(np.uint8))
        size = (shape[1] * 8 + 3, shape[0] * 8 + 5)
        coarse.resize(size, Image.Resampling.BICUBIC).save(folder / f"{name}.png")
        mask = np.full(size[::-1], 255, np.uint8)
        mask[10:16, 20:30] = 0
        Image.fromarray(mask).save(folder / f"{name}_mask.png")
    return folder
