"""Files and checkpoints are written whole or not at all, and a damaged one is named."""

import json
import os

import numpy as np
import pytest

from paddle_dip.io import files
from paddle_dip.io.files import remove_half_written, whole_file, writable_folder, write_json, write_text
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint


def test_a_failed_write_leaves_the_old_file(tmp_path):
    write_text(tmp_path / "x", "old")
    with pytest.raises(RuntimeError), whole_file(tmp_path / "x") as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "x").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("name", ["x" * 251 + ".png", "照" * 83 + ".txt"], ids=["255 bytes", "253 bytes of 3 a letter"])
def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path, name):
    write_text(tmp_path / name, "whole")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    leftovers = []
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / name):
        leftovers += [path.name for path in tmp_path.iterdir() if path.name != name]
        raise KeyboardInterrupt
    (tmp_path / leftovers[0]).write_text("half")  # as where the process was killed there
    remove_half_written([tmp_path / name])
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_another_run_removes_and_a_third_makes_again_is_waited_for(tmp_path, monkeypatch):
    gone = [FileNotFoundError()]
    monkeypatch.setattr(files, "lock_file", lambda path, lock=files.lock_file: lock(path) if not gone else raised(gone.pop()))
    with files.held(tmp_path):
        assert (tmp_path / ".lock").is_file()


def raised(error: Exception):
    raise error


def test_a_file_is_as_readable_as_any_other(tmp_path):
    write_text(tmp_path / "ours", "")
    (tmp_path / "plain").write_text("")
    assert os.stat(tmp_path / "ours").st_mode == os.stat(tmp_path / "plain").st_mode


def test_a_folder_below_a_file_is_not_writable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="can't be written to"):
        writable_folder(tmp_path / "file" / "folder")


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    state = {"step": np.array(3), "network/a.b": np.random.default_rng(0).random((2, 3), dtype=np.float32)}
    save_checkpoint(tmp_path / "x.npz", state, {"seconds": 0.1, "history": [{"psnr_y": 23.456789012345678}]})
    back, notes = load_checkpoint(tmp_path / "x.npz")
    assert back.keys() == state.keys() and notes["history"][0]["psnr_y"] == 23.456789012345678
    for name, value in state.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].dtype == value.dtype


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"hello"])
def test_a_damaged_checkpoint_is_named(tmp_path, spoil):
    path = tmp_path / "x.npz"
    save_checkpoint(path, {"step": np.array(3), "a": np.zeros(1000)}, {})
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ValueError, match="x.npz can't be read"):
        load_checkpoint(path)


@pytest.mark.parametrize(("name", "shown"), [("häuser".encode(), "häuser"), (b"h\xe4user", "h\ufffduser")])
def test_the_bytes_of_a_file_name_are_written_as_letters_where_they_can_be(tmp_path, name, shown):
    write_json(tmp_path / "x.json", {"photo": name.decode("ascii", "surrogateescape"), "words": "größer"})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"photo": shown, "words": "größer"}
