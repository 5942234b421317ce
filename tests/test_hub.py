"""The project as paddle.hub sees it."""

import re

import numpy as np

from paddle_dip.solver import paddle
from tests.conftest import ROOT

TASKS = {"super_resolve", "denoise", "dejpeg", "inpaint", "restore_pixels", "flash_no_flash"}


def test_every_task_is_found():
    assert set(paddle.hub.list(str(ROOT), source="local")) == TASKS | {"preset", "presets"}
    assert "magnified `factor` times" in paddle.hub.help(str(ROOT), "super_resolve", source="local")


def test_a_task_is_run():
    image = np.full((24, 24, 3), 128, np.uint8)
    large = paddle.hub.load(str(ROOT), "super_resolve", source="local", image=image, factor=2, steps=2)
    assert large.shape == (48, 48, 3) and large.dtype == np.uint8


def test_what_it_needs_is_what_the_project_needs():
    modules = {"scikit-image": "skimage", "pillow": "PIL", "pypng": "png", "paddlepaddle": "paddle"}
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    needed = [re.split("[>=<]", line)[0] for line in lines if line and not line.startswith("#")]
    text = (ROOT / "hubconf.py").read_text(encoding="utf-8")
    listed = re.findall('"(.+?)"', text[text.index("dependencies = ") :])
    assert listed == [modules.get(name, name) for name in needed]
