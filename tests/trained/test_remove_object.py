"""The command remove-object: photos of every kind, with a trained network and without, and what is refused."""

import numpy as np
import pytest
from PIL import Image

from paddle_dip.io.images import Photo, read_photo, write_photo
from paddle_dip.trained.networks import build_network
from paddle_dip.trained.remover import filled, remove_object
from tests.cli.test_trained import call, refused
from tests.trained.test_remover import SMALL

FILLER = build_network(SMALL.filler)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """The folder of a run of one step."""
    folder = tmp_path_factory.mktemp("removal")
    (folder / "photos").mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)).save(folder / "photos" / "a.png")
    words = ("--size", 64, "--width", 2, "--epochs", 1, "--held-out", 0)
    call("train", "removal", folder / "photos", "--out", folder / "run", *words)
    return folder / "run"


@pytest.fixture
def folder(tmp_path):
    rows = np.mgrid[:90, :141][0] / 90
    pixels = np.stack([rows, 1 - rows, rows**2]).astype(np.float32)
    alpha = np.where(rows > 0.5, 1.0, 0.25).astype(np.float32)
    write_photo(tmp_path / "photo.png", Photo(pixels, alpha, 16, icc_profile=b"profile"))
    write_photo(tmp_path / "grey.png", Photo(pixels[:1]))
    mask = np.zeros((90, 141), np.uint8)
    mask[30:50, 60:80], mask[30:50, 100:110] = 255, 128
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(255 - mask).save(tmp_path / "black_holes.png")
    return tmp_path


def test_a_photo_is_filled_and_keeps_its_kind(checkpoint, folder):
    before = read_photo(folder / "photo.png")
    call("remove-object", folder / "photo.png", folder / "mask.png", "--checkpoint", checkpoint, "--out", folder / "out.png")
    after = read_photo(folder / "out.png")
    assert (after.bits, after.icc_profile) == (16, b"profile")
    np.testing.assert_array_equal(after.alpha, before.alpha)
    changed = np.abs(after.pixels - before.pixels).max(axis=0)
    assert changed[30:50, 60:80].min() > 0 and changed[35:45, 103:107].max() > 0
    assert changed[:, :40].max() == 0 and changed[:20].max() == 0


def test_black_may_mark_the_object_and_grey_stays_grey(checkpoint, folder):
    for mask, holes in (("mask", "white"), ("black_holes", "black")):
        words = (folder / "grey.png", folder / f"{mask}.png", "--holes", holes, "--checkpoint", checkpoint)
        call("remove-object", *words, "--out", folder / f"{holes}.png")
    white, black = (read_photo(folder / f"{holes}.png").pixels for holes in ("white", "black"))
    assert white.shape == (1, 90, 141)
    np.testing.assert_allclose(white, black, atol=2 / 255)


def test_without_a_checkpoint_the_deep_image_prior_fills(folder):
    said = call("remove-object", folder / "grey.png", folder / "mask.png", "--steps", 1, "--out", folder / "out.png").stdout
    before, after = (read_photo(folder / name).pixels for name in ("grey.png", "out.png"))
    assert "141x90" in said and (after != before)[:, 30:50, 60:80].any() and (after == before)[:, :30].all()


def test_a_small_photo_without_soft_borders_is_the_fillers_own_output():
    pixels, mask = np.random.default_rng(0).random((3, 64, 48)).astype(np.float32), np.zeros((1, 64, 48), np.float32)
    mask[:, 16:48, 16:32] = 1
    result = remove_object(Photo(pixels), mask, FILLER, 64).pixels
    hole = np.zeros_like(mask)
    hole[:, 14:50, 14:34] = 1  # where two standard deviations of a Gaussian leave 0.02
    output, _ = filled(FILLER, pixels, hole)
    np.testing.assert_allclose(result[:, 20:44, 20:28], output[:, 20:44, 20:28].clip(0, 1), atol=1e-5)


def test_an_odd_size_far_above_the_trainings():
    pixels, mask = np.random.default_rng(0).random((1, 700, 1033)).astype(np.float32), np.zeros((1, 700, 1033), np.float32)
    mask[:, 300:420, 500:640] = 1
    result = remove_object(Photo(pixels), mask, FILLER, 128).pixels
    assert result.shape == (1, 700, 1033) and np.isfinite(result).all() and result[:, 310:410, 510:630].std() > 0
    np.testing.assert_array_equal(result[:, :250], pixels[:, :250])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("photo.png", "small.png"), "mask is 10x10 pixels, the photo 141x90"),
        (("photo.png", "empty.png"), "mask has no hole"),
        (("photo.png", "empty.png", "--holes", "black"), "mask is all hole"),
        (("photo.png", "mask.png", "--holes", "red"), "--holes"),
        (("photo.png", "mask.png", "--steps", 3), "--steps is for the Deep Image Prior"),
        (("photo.png", "mask.png", "--preset", "fast"), "--preset is for the Deep Image Prior"),
        (("photo.png", "mask.png", "--out", "mask.png"), "is the mask itself"),
        (("photo.png", "mask.png", "--set", "learning_rate=1"), "--set is for the Deep Image Prior"),
        (("photo.png", "mask.png", "--out", "photo.png"), "is the photo itself"),
        (("absent.png", "mask.png"), "absent.png doesn't exist"),
        (("photo.png", "bad.png"), "bad.png is not an image"),
        (("photo.png", "mask.png", "--out", "out.jpg"), "16-bit"),
        (("photo.png", "mask.png", "--checkpoint", "absent"), "absent doesn't exist"),
        (("photo.png", "mask.png", "--checkpoint", "empty"), "without a run's checkpoints"),
    ],
)
def test_bad_input_is_one_clear_line(checkpoint, folder, words, message):
    Image.new("L", (10, 10)).save(folder / "small.png")
    Image.new("L", (141, 90)).save(folder / "empty.png")
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "empty").mkdir()
    files = [folder / w if isinstance(w, str) and w.split(".")[0] in _FILES else w for w in words]
    refused(message, "remove-object", "--checkpoint", checkpoint, "--out", folder / "out.png", *files)
    assert not (folder / "out.png").exists() and not (folder / "out.jpg").exists()


_FILES = ("photo", "mask", "small", "empty", "bad", "absent", "out")


def test_another_trainings_checkpoint_is_refused(checkpoint, folder):
    refused("holds no generator", "deblur", folder / "photo.png", "--checkpoint", checkpoint, "--out", folder / "out.png")
