"""Pairs are made from any folder of photos, and what doesn't fit together is told by name."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from paddle_dip.io.images import read_rgb
from paddle_dip.trained.problem.pairs import PairSettings, common_size, find_pairs, make_pair, prepare_pairs, read_settings
from tests.trained.data import cut_off


def test_pairs_of_every_photo(photos, tmp_path):
    assert prepare_pairs(photos, tmp_path / "out", PairSettings(blur="gaussian", strength=2.0)) == 5
    names = sorted(path.name for path in (tmp_path / "out" / "sharp").iterdir())
    assert names == ["more_p4.png", "p0.png", "p1.png", "p2.png", "p3.png"]
    assert names == sorted(path.name for path in (tmp_path / "out" / "blurred").iterdir())
    # p1 is square and of the right size: it stays as it is.
    np.testing.assert_array_equal(read_rgb(tmp_path / "out" / "sharp" / "p1.png"), read_rgb(photos / "p1.png"))
    assert json.loads((tmp_path / "out" / "pairs.json").read_text()) == {
        "blur": "gaussian",
        "strength": 2.0,
        "size": 256,
        "pairs": 5,
    }


def test_the_strength_is_in_pixels_of_the_pair():
    """One blur, whatever the photo's size: a photo twice as large is blurred twice as wide before it is shrunk."""
    rows, columns = np.mgrid[0:512, 0:512] / 512
    large = np.stack([0.5 + 0.4 * np.sin(40 * rows + c) * np.cos(50 * columns) for c in range(3)])
    small = large.reshape(3, 256, 2, 256, 2).mean(axis=(2, 4))
    settings = PairSettings(strength=5.0)
    (from_large, _), (from_small, _) = make_pair(large, settings), make_pair(small, settings)
    assert abs(from_large - from_small)[:, 8:-8, 8:-8].max() < 0.005


def test_how_pairs_were_made_is_known(photos, tmp_path):
    settings = PairSettings("gaussian", 2.5)
    prepare_pairs(photos, tmp_path / "out", settings)
    assert read_settings(tmp_path / "out") == settings and read_settings(photos) is None
    (tmp_path / "out" / "pairs.json").write_text('{"blur": "disk"}')
    with pytest.raises(ValueError, match=r"pairs\.json can't be read"):
        read_settings(tmp_path / "out")


def test_pairs_belong_together_by_their_place(photos, tmp_path):
    for side in ("blurred", "sharp"):
        for part in ("a", "b"):
            (tmp_path / side / part).mkdir(parents=True)
            shutil.copy(photos / "p0.png", tmp_path / side / part / "1.png")
    assert [pair.name for pair in find_pairs(tmp_path)] == ["a/1.png", "b/1.png"]
    shutil.move(tmp_path / "sharp" / "b", tmp_path / "sharp" / "c")
    with pytest.raises(ValueError, match="only in blurred/: b/1.png"):
        find_pairs(tmp_path)


def test_bad_photos_are_named_and_skipped_only_when_asked(photos, tmp_path):
    cut_off(photos / "p2.png")
    Image.new("RGB", (300, 100)).save(photos / "p3.png")
    with pytest.raises(ValueError, match=r"p2\.png .*cut off"):
        prepare_pairs(photos, tmp_path / "a", PairSettings())
    said = []
    assert prepare_pairs(photos, tmp_path / "a", PairSettings(), skip=said.append) == 3
    assert "p2.png" in said[0] and "p3.png" in said[1] and "smaller than 256" in said[1]


def test_what_cannot_be_prepared_is_refused(photos, tmp_path):
    shutil.copy(photos / "p0.png", photos / "p0.webp")
    with pytest.raises(ValueError, match=r"become p0\.png"):
        prepare_pairs(photos, tmp_path / "out", PairSettings())
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no file ending in"):
        prepare_pairs(tmp_path / "empty", tmp_path / "out", PairSettings())
    with pytest.raises(ValueError, match="not a folder"):
        prepare_pairs(tmp_path / "absent", tmp_path / "out", PairSettings())
    with pytest.raises(ValueError, match="multiple of 256"):
        PairSettings(size=300)


def test_a_folder_with_pairs_is_not_mixed_with_others(pairs, photos):
    with pytest.raises(ValueError, match="isn't empty"):
        prepare_pairs(photos, pairs, PairSettings(strength=5.0))


def test_unpaired_names_are_told(pairs):
    (pairs / "blurred" / "p0.png").unlink()
    with pytest.raises(ValueError, match=r"unpaired, only in sharp/: p0\.png"):
        find_pairs(pairs)


def test_one_pair_is_too_few(pairs):
    for path in [*pairs.glob("*/p*.png")]:
        path.unlink()
    with pytest.raises(ValueError, match="at least 2 pairs"):
        find_pairs(pairs)


def test_all_pairs_must_have_one_size_that_fits(pairs):
    assert common_size(find_pairs(pairs), 256, skip=False) == 256
    with pytest.raises(ValueError, match="multiple of 512"):
        common_size(find_pairs(pairs), 512, skip=False)
    Image.new("RGB", (256, 128)).save(pairs / "sharp" / "p1.png")
    with pytest.raises(ValueError, match=r"p1\.png is 256x128 pixels, the others are 256x256"):
        common_size(find_pairs(pairs), 256, skip=False)
