"""A photo, degraded or one's own, is restored by its task's function, watched, and shown."""

import numpy as np
import pytest
from PIL import Image

import paddle_dip as dip
from paddle_dip.io.images import read_photo, write_rgb
from paddle_dip.notebook import live
from paddle_dip.notebook.live import PhotoView
from paddle_dip.notebook.sample_degradations import SIDE, Sample, degraded_photo, own_photo
from paddle_dip.notebook.show import before_and_after
from paddle_dip.problem.task_table import TASKS


@pytest.fixture(autouse=True)
def _no_cell(monkeypatch):
    monkeypatch.setattr(live, "display", lambda picture, display_id: Image.new("L", (1, 1)))
    monkeypatch.setattr(Image.Image, "update", lambda cell, picture: None, raising=False)


def restored(task: str, sample: Sample, folder, **settings):
    view = PhotoView(folder / "restored_process", sample.photo, sample.truth)
    result = getattr(dip, task.replace("-", "_"))(sample.photo, **sample.inputs, on_step=view.watch, **settings)
    assert view.finish(result) == folder / "restored_process" / "index.html"
    return np.asarray(result)


@pytest.mark.parametrize("task", [task for task in TASKS if task != "flash-no-flash"])
def test_the_photo_at_hand_is_degraded_as_its_task_expects(task, tmp_path):
    assert restored(task, degraded_photo(task, tmp_path), tmp_path, steps=2).shape == (SIDE, SIDE, 3)
    assert before_and_after(tmp_path / "restored_process").data.startswith(b"\xff\xd8")  # a JPEG file's first bytes
    assert (tmp_path / "restored_process" / "history.csv").read_text().startswith("step,loss,psnr")
    assert {"process.gif", "settings.json"} <= {path.name for path in (tmp_path / "restored_process").iterdir()}


def test_ones_own_photo_needs_no_truth(tmp_path, picture):
    write_rgb(tmp_path / "photo.png", picture)
    assert restored("denoise", own_photo("denoise", tmp_path / "photo.png"), tmp_path, steps=1).shape == (37, 31, 3)
    assert (tmp_path / "restored_process" / "history.csv").read_text().startswith("step,loss\n")


def test_half_of_the_pixels_are_taken_away_where_no_mask_says_which(tmp_path, picture):
    write_rgb(tmp_path / "photo.png", picture)
    sample = own_photo("restore-pixels", tmp_path / "photo.png")
    given, missing = np.asarray(sample.photo), sample.inputs["mask"]
    assert 0.4 < missing.mean() < 0.6 and not given[missing].any()
    np.testing.assert_array_equal(given[~missing], np.asarray(Image.open(tmp_path / "photo.png"))[~missing])
    assert sample.truth == tmp_path / "photo.png" and read_photo(sample.truth).pixels.shape == picture.shape


def test_masks_go_where_the_task_wants_them():
    assert own_photo("inpaint", "a.png", "b.png") == Sample("a.png", {"mask": "b.png"})
    assert own_photo("restore-pixels", "a.png", "b.png") == Sample("a.png", {"mask": "b.png"})
    assert own_photo("denoise", "a.png", "b.png") == Sample("a.png", {})


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ValueError, match="task must be one of super-resolve"):
        own_photo("enhance", "a.png")
    with pytest.raises(ValueError, match="inpaint needs a mask"):
        own_photo("inpaint", "a.png")
