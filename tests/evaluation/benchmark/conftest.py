"""Two small images, of odd sizes, as a folder of the benchmark; one thread for them."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    pass


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, size in [("small", (8, 12)), ("odd", (9, 17))]:
        coarse = Image.fromarray(random.integers(0, 256, (*size, 3)).astype(np.uint8))
        coarse.resize((size[1] * 8 + 3, size[0] * 8 + 5), Image.Resampling.BICUBIC).save(folder / f"{name}_GT.png")
    return folder
