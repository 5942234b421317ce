"""Training object removal as a person types it: resumed to the same bits, and what is refused."""

import json

import pytest

from tests.cli.test_trained import arrays, call, refused, rows

TINY = ("--size", 64, "--width", 2, "--epochs", 2, "--fourier", 0.5)


def test_a_run_goes_on_to_the_same_bits(photos, tmp_path):
    call("train", "removal", photos, "--out", tmp_path / "run", *TINY, "--epochs", 1)
    said = call("train", "removal", photos, "--out", tmp_path / "run", *TINY, "--resume").stdout
    assert "epoch 2/2: filler" in said and "fourier" in said and "mean_fill_l1" in said
    call("train", "removal", photos, "--out", tmp_path / "whole", *TINY)
    assert rows(tmp_path / "run") == rows(tmp_path / "whole") and arrays(tmp_path / "run") == arrays(tmp_path / "whole")
    settings = json.loads((tmp_path / "run" / "settings.json").read_text())
    assert (settings["task"], settings["fourier_weight"], settings["critic"]["size"]) == ("removal", 0.5, 64)
    assert (tmp_path / "run" / "pictures" / "epoch_0002_test.png").exists()
    refused("fourier_weight 0.5 there", "train", "removal", photos, "--out", tmp_path / "run", *TINY, "--fourier", 0, "--resume")


def test_one_photo_is_enough_where_nothing_is_held_out(photos, tmp_path):
    for number in (1, 2, 3):
        (photos / f"p{number}.png").unlink()
    (photos / "more" / "p4.png").unlink()
    refused("at least 2 samples", "train", "removal", photos, "--out", tmp_path / "a", *TINY)
    call("train", "removal", photos, "--out", tmp_path / "b", *TINY, "--held-out", 0, "--fixed", "--epochs", 1, "--views", 2)
    split = json.loads((tmp_path / "b" / "split.json").read_text())
    assert split == {"train": ["p0.png"], "test": ["p0.png"]}


def test_a_corrupt_photo_stops_the_training_or_is_left_out(photos, tmp_path):
    path = photos / "p2.png"
    path.write_bytes(path.read_bytes()[:-200])
    refused("p2.png can't be read", "train", "removal", photos, "--out", tmp_path / "a", *TINY)
    result = call("train", "removal", photos, "--out", tmp_path / "b", *TINY, "--skip-bad", "--epochs", 1)
    assert result.exit_code == 0 and result.stderr.count("skipped: ") == 1 and "p2.png" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--preset", "paper"), "repository, small"),
        (("--size", 100), "multiple of 64"),
        (("--size", 320), "p4.png is 320x270 pixels, each side must have at least 320"),
        (("--fourier", -1), "--fourier must be at least 0"),
        (("--views", 0), "--views must be at least 1"),
        (("--width", 0), "width must be at least 1"),
        (("--held-out", 1), "--held-out"),
        (("--learning-rate", 0), "--learning-rate"),
    ],
)
def test_bad_options_are_refused_before_anything_is_made(photos, tmp_path, words, message):
    refused(message, "train", "removal", photos, "--out", tmp_path / "run", "--size", 64, *words)
    assert not (tmp_path / "run").exists()
