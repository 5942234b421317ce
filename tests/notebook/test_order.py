"""A photo, spoiled or one's own, is restored by its task's command and shown."""

import pytest

from paddle_dip.io.images import read_photo, write_rgb
from paddle_dip.notebook.order import TASKS, carry_out, own_photo
from paddle_dip.notebook.sample_degradations import SIDE, degraded_photo
from paddle_dip.notebook.show import before_and_after, process_curves


@pytest.mark.parametrize("task", TASKS)
def test_the_photo_at_hand_is_spoiled_as_its_command_expects(task, tmp_path):
    out = tmp_path / "restored.png"
    carry_out(degraded_photo(task, tmp_path), out=out, steps=2, frames=1)
    assert read_photo(out).pixels.shape == (3, SIDE, SIDE)
    assert before_and_after(tmp_path / "restored_process").data.startswith(b"\xff\xd8")  # a JPEG file's first bytes
    assert process_curves(tmp_path / "restored_process").width == 1000  # two panels: loss and PSNR


def test_ones_own_photo_needs_no_truth(tmp_path, picture):
    write_rgb(tmp_path / "photo.png", picture)
    carry_out(own_photo("restore-pixels", tmp_path / "photo.png"), out=tmp_path / "out.png", steps=1, frames=1, max_memory=None)
    assert read_photo(tmp_path / "out.png").pixels.shape == picture.shape


def test_masks_go_where_the_command_wants_them():
    assert own_photo("inpaint", "a.png", "b.png").files == own_photo("inpaint", "a.png", "b.png", factor=2).files
    assert [str(path) for path in own_photo("inpaint", "a.png", "b.png").files] == ["a.png", "b.png"]
    assert own_photo("restore-pixels", "a.png", "b.png").options == {"mask": "b.png"}
    assert own_photo("restore-pixels", "a.png").options == {"drop": 0.5}
    assert own_photo("denoise", "a.png", "b.png").options == {}


def test_what_cannot_be_done_is_refused(tmp_path):
    with pytest.raises(ValueError, match="task must be one of super-resolve"):
        own_photo("enhance", "a.png")
    with pytest.raises(ValueError, match="inpaint needs a mask"):
        own_photo("inpaint", "a.png")
    with pytest.raises(ValueError, match="doesn't exist"):
        carry_out(own_photo("denoise", tmp_path / "none.png"), out=tmp_path / "out.png")
