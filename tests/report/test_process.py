"""A restoration as pictures: everything is there, plays, and says what it shows."""

import csv

import numpy as np
import pytest
from PIL import Image

from paddle_dip.report.process import Process


def picture(level: float) -> np.ndarray:
    return np.full((3, 300, 400), level)


def test_everything_is_written(tmp_path):
    (tmp_path / "frames").mkdir()
    process = Process(tmp_path, picture(0.1), truth=picture(0.9))
    for step, level in [(1, 0.2), (50, 0.5), (100, 0.8)]:
        process.note(step, 1 / step, picture(level))
    page = process.finish(picture(0.85), "x.png: <denoise>", {"seed": 3})
    assert np.asarray(Image.open(tmp_path / "frames" / "00050.png")).shape == (300, 400, 3)
    for name in ("process.gif", "process.webp"):
        with Image.open(tmp_path / name) as moving:
            assert moving.n_frames == 4 and max(moving.size) == 256
    assert all(Image.open(tmp_path / f"{name}.png").size == (400, 300) for name in ("corrupted", "result", "truth"))
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "50", "100"] and float(rows[-1]["psnr"]) == pytest.approx(20)
    text = page.read_text()
    assert "&lt;denoise&gt;" in text and text.count("<svg") == 1 and all(f'src="{n}.png"' in text for n in ("corrupted", "truth"))


def test_a_small_observation_is_shown_as_large_as_the_result(tmp_path):
    (tmp_path / "frames").mkdir()
    process = Process(tmp_path, np.zeros((3, 5, 7)))
    process.note(1, 0.5, np.ones((3, 60, 84)))
    process.finish(np.ones((3, 60, 84)), "small", {})
    pixels = np.asarray(Image.open(tmp_path / "comparison.png"))
    assert Image.open(tmp_path / "corrupted.png").size == (84, 60)
    assert pixels.shape[1] == 84 * 2 + 4 and not pixels[-60:, :84].any() and pixels[-60:, -84:].min() == 255


def test_a_grey_picture_without_a_truth(tmp_path):
    (tmp_path / "frames").mkdir()
    process = Process(tmp_path, np.zeros((1, 20, 30)))
    process.note(1, 0.5, np.ones((1, 20, 30)))
    process.finish(np.ones((1, 20, 30)), "grey", {})
    assert not (tmp_path / "truth.png").exists()
    assert Image.open(tmp_path / "frames" / "00001.png").mode == "L"
