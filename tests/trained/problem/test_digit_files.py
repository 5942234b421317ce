"""The digits of the npm package: every tenth held out, in turn, and files of other kinds refused in one line."""

import json

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.trained.problem.digit_files import digit_folder, read_digit_files


def test_every_tenth_is_held_out_and_digits_come_in_turn(digit_package):
    folder = digit_folder(digit_package)
    assert folder == digit_package / "src" / "digits" == digit_folder(folder)
    (images, labels), (held_out, truth) = (read_digit_files(folder, train=train) for train in (True, False))
    assert images.shape == (135, 28, 28) and images.dtype == np.uint8 and held_out.shape == (10, 28, 28)
    assert labels[:20].tolist() == [*range(10), *range(10)] and truth.tolist() == list(range(10))
    assert np.bincount(labels).tolist() == [9 + label for label in range(10)]
    assert (held_out.max(axis=(1, 2)) == round(0.19 * 255)).all()  # the tenth of each
    assert not (images == round(0.19 * 255)).any()
    assert images[3, 7:17, 6:20].min() == round(0.10 * 255) and np.count_nonzero(images[3]) == 140


def test_another_folder_holds_none(tmp_path):
    assert digit_folder(tmp_path) is None
    (tmp_path / "0.json").mkdir()
    assert digit_folder(tmp_path) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "must be"),
        (b"\xff\xfe", "must be"),
        (b'{"data": [0, 1', "must be"),
        (b"[0, 1]", "must be"),
        (b'{"pixels": [0]}', "must be"),
        (b'{"data": ["a"]}', "must be"),
        (b'{"data": [[0], [0, 1]]}', "must be"),
        (b'{"data": {"0": 1}}', "must be"),
        (b'{"data": [1' + b"0" * 400 + b"]}", "must be"),
        (b"[" * 100_000, "must be"),
        (b'{"data": 5}', "holds 1 numbers in 0 dimensions"),
        (b'{"data": []}', "holds 0 numbers"),
        (json.dumps({"data": [0] * (28 * 28 * 10 - 1)}).encode(), "holds 7839 numbers"),
        (json.dumps({"data": [0] * (28 * 28 * 9)}).encode(), "at least 10 digits"),
        (json.dumps({"data": [[0] * 784] * 10}).encode(), "holds 7840 numbers in 2 dimensions"),
        (json.dumps({"data": [255] * (28 * 28 * 10)}).encode(), "outside 0 to 1"),
        (json.dumps({"data": [float("nan")] * (28 * 28 * 10)}).encode(), "outside 0 to 1"),
    ],
)
def test_a_file_of_another_kind_is_named_in_one_line(digit_package, content, words):
    folder = digit_package / "src" / "digits"
    (folder / "4.json").write_bytes(content)
    with pytest.raises(InputError, match=r"4\.json") as caught:
        read_digit_files(folder, train=True)
    assert words in str(caught.value) and "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_missing_file_is_named(digit_package):
    folder = digit_package / "src" / "digits"
    (folder / "7.json").unlink()
    with pytest.raises(InputError, match=r"7\.json doesn't exist: the folder must hold 0\.json to 9\.json"):
        read_digit_files(folder, train=True)
