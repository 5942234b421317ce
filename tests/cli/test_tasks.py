"""Every task as a person types it, on a small photo; and what is refused."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from skimage import data

from paddle_dip.io.images import Photo, read_photo, write_photo
from tests.conftest import assert_refused, command

CLI = ("-m", "paddle_dip")
MASKED = ("inpaint", "photo.png", "mask.png")
TASKS = {
    "denoise": ("denoise", "photo.png", "--sigma", 25, "--stop", "sigma"),
    "dejpeg": ("dejpeg", "photo.png"),
    "settings": ("dejpeg", "photo.png", "--set", "optimiser=lbfgs", "--set", "warm_up=1", "--set", "network=skip-64"),
    "inpaint": MASKED,
    "restore-pixels": ("restore-pixels", "photo.png", "--drop", 0.5),
    "pixel shuffle": ("restore-pixels", "photo.png", "--mask", "mask.png", "--preset", "pixel-shuffle"),
    "flash": ("flash-no-flash", "photo.png", "flash.png"),
}
PROVENANCE = {"preset", "seed", "dtype", "paddle_dip", "packages", "device", "threads", "commit"}


@pytest.fixture
def folder(tmp_path):
    cat = data.chelsea()[100:180, 150:246]
    Image.fromarray(cat).save(tmp_path / "photo.png")
    Image.fromarray(255 - cat // 2).save(tmp_path / "flash.png")
    mask = np.zeros((80, 96), np.uint8)
    mask[20:30, 40:60] = 255
    mask[50:60, 10:20] = 128
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return tmp_path


def restore(folder, words, *more):
    named = [folder / word if isinstance(word, str) and word.endswith(".png") else word for word in words]
    return command(*CLI, *named, "--steps", 3, "--out", folder / "out.png", *more)


@pytest.mark.parametrize("words", TASKS.values(), ids=TASKS)
def test_every_task_restores_a_photo(folder, words):
    result = restore(folder, words)
    assert result.returncode == 0, result.stderr
    assert read_photo(folder / "out.png").pixels.shape == (3, 80, 96)
    assert ("PSNR" in result.stdout) == ("--drop" in words)


def test_what_is_known_is_kept_and_soft_masks_blend(folder):
    restore(folder, MASKED)
    before, after = (read_photo(folder / name).pixels for name in ("photo.png", "out.png"))
    changed = np.abs(after - before).max(axis=0)
    hole, soft = np.s_[20:30, 40:60], np.s_[50:60, 10:20]
    assert changed[hole].max() > 0.1 and changed[soft].max() > 0
    changed[hole] = changed[soft] = 0
    assert changed.max() == 0


def test_the_process_is_kept_as_pictures(folder):
    result = restore(folder, TASKS["denoise"], "--frames", 2, "--truth", folder / "photo.png")
    assert result.returncode == 0, result.stderr
    written = {path.name for path in (folder / "out_process").rglob("*") if path.is_file()}
    assert {
        "process.gif",
        "process.webp",
        "index.html",
        "comparison.png",
        "corrupted.png",
        "result.png",
        "truth.png",
        "00001.png",
        "00002.png",
    } <= written
    settings = json.loads((folder / "out_process" / "settings.json").read_text())
    assert settings.keys() >= PROVENANCE and settings["preset"]["steps"] == 3 and settings["photo"] == "photo.png"


def test_the_last_frame_of_a_magnification_is_its_result(folder):
    result = restore(folder, ("super-resolve", "photo.png", "--factor", 4), "--frames", 3, "--set", "non_local_means_reach=3")
    assert result.returncode == 0, result.stderr
    frame, made = (read_photo(folder / name).pixels for name in ("out_process/frames/00003.png", "out.png"))
    assert np.abs(frame - made).mean() < 1e-5  # but for a byte that is rounded from float32 here and from float64 there


def test_the_record_says_how_the_result_was_made(folder):
    result = restore(folder, TASKS["denoise"], "--seed", 7, "--record")
    assert result.returncode == 0, result.stderr
    made = json.loads((folder / "out.png.json").read_text())
    assert made.keys() >= PROVENANCE and (made["seed"], made["tiles"], made["noise"]) == (7, 1, 25)
    assert made["preset"]["name"] == "fast" and made["preset"]["stop"] == "sigma"


def test_tiles_where_memory_is_short(folder):
    result = restore(folder, MASKED, "--max-memory", 0.02)
    assert result.returncode == 0 and "tile 1 of" in result.stderr
    assert read_photo(folder / "out.png").pixels.shape == (3, 80, 96)


def test_no_photo_and_no_truth_is_written_over(folder):
    truth = shutil.copy(folder / "photo.png", folder / "truth.png")
    before = truth.read_bytes()
    for more, kind in (("--out", folder / "photo.png"), "photo"), (("--truth", truth, "--out", truth), "truth"):
        assert_refused(command(*CLI, "denoise", folder / "photo.png", *more), f"is the {kind} itself")
    assert (folder / "photo.png").read_bytes() == before == truth.read_bytes()


def test_kinds_of_photos_survive(tmp_path):
    rows = np.mgrid[0:40, 0:50][0] / 40
    photo = Photo(rows[None].astype(np.float32), np.where(rows > 0.5, 1.0, 0.25).astype(np.float32), 16, icc_profile=b"profile")
    write_photo(tmp_path / "photo.png", photo)
    assert restore(tmp_path, TASKS["denoise"]).returncode == 0
    after = read_photo(tmp_path / "out.png")
    assert (after.bits, len(after.pixels), after.icc_profile) == (16, 1, b"profile")
    np.testing.assert_allclose(after.alpha, photo.alpha, atol=1e-4)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("denoise", "photo.png", "--sigma", -1), "--sigma"),
        (("denoise", "photo.png", "--sigma", "inf"), "at most 255"),
        (("dejpeg", "photo.png", "--stop", "sigma"), "stop sigma"),
        (("inpaint", "photo.png", "small.png"), "mask is 10x10"),
        (("inpaint", "photo.png", "black.png"), "no hole"),
        (("inpaint", "photo.png", "black.png", "--holes", "black"), "all hole"),
        (("inpaint", "photo.png", "mask.png", "--holes", "red"), "--holes"),
        (("inpaint", "photo.png", "mask.png", "--preset", "x"), "paper-large-hole"),
        (("restore-pixels", "photo.png"), "--drop"),
        (("restore-pixels", "photo.png", "--drop", 0.5, "--mask", "mask.png"), "not both"),
        (("restore-pixels", "photo.png", "--drop", 1), "between 0 and 1"),
        (("restore-pixels", "photo.png", "--drop", 1e-9), "--drop 1e-09 takes no pixel"),
        (("flash-no-flash", "photo.png", "small.png"), "10x10"),
        (("denoise", "photo.png", "--truth", "small.png"), "--truth"),
        (("denoise", "photo.png", "--frames", 0), "--frames"),
        (("denoise", "photo.png", "--max-memory", 0), "--max-memory"),
        (("denoise", "photo.png", "--dtype", "int8"), "--dtype"),
        (("denoise", "photo.png", "--set", "optimizer=lbfgs"), "--set optimizer=lbfgs: the name must be one of"),
        (("denoise", "animated.gif"), "animated"),
        (("denoise", "."), "is a folder without a photo in it"),
    ],
)
def test_bad_input_is_one_clear_line(folder, words, message):
    Image.new("L", (10, 10)).save(folder / "small.png")
    Image.new("L", (96, 80)).save(folder / "black.png")
    frames = [Image.new("L", (96, 80), grey) for grey in (0, 200)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    files = [folder / w if isinstance(w, str) and w.endswith((".png", ".gif", ".jpg")) else w for w in words]
    assert_refused(command(*CLI, *files, "--steps", 1, "--out", folder / "out.png"), message)
    assert not (folder / "out.png").exists()
