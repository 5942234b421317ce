"""Several photos, or a folder, as a person restores them; and what is left of it when it is cut off, at any moment."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from paddle_dip.cli.options import Options
from paddle_dip.cli.photos import _Asked, _first_words, _planned, _plans, _quick_work, read_job, same_for_all
from paddle_dip.cli.places import result_places
from paddle_dip.errors import InputError
from paddle_dip.problem.task_table import task_preset
from paddle_dip.runs.parts import all_work
from paddle_dip.runs.photos import plan
from tests.cli.test_trained import call, refused
from tests.conftest import ROOT, command

CLI = ("-m", "paddle_dip")
MEMORY = ("--max-memory", 0.0125)  # GiB: three tiles of a.jpg, one of b.png


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder of two photos, and what is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    coarse = np.random.default_rng(0).integers(0, 256, (5, 10, 3)).astype(np.uint8)
    Image.fromarray(coarse).resize((80, 40), Image.Resampling.BICUBIC).save(folder / "a.jpg")
    Image.fromarray(coarse).resize((40, 32), Image.Resampling.BICUBIC).save(folder / "b.png")
    (folder / "notes.txt").write_text("no photo")
    return folder


def words(photos, out, *more) -> list:
    return ["super-resolve", photos, "--factor", 2, "--steps", 20, *MEMORY, "--out", out, *more]


def restore(photos, out, *more) -> subprocess.CompletedProcess:
    result = command(*CLI, *words(photos, out, *more))
    assert result.returncode == 0, result.stderr
    return result


def start(photos, out, *more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *CLI, *map(str, words(photos, out, "--checkpoint-seconds", 0.05, *more))],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_work(out: Path, process, pause: float) -> None:
    """Wait until a fit has left a new state behind, and a little longer."""
    work = out.with_name(f"{out.name}.work")
    before = {path: path.stat().st_mtime_ns for path in work.rglob("*.checkpoint")}
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        found = [(path, path.stat().st_mtime_ns) for path in work.rglob("*.checkpoint") if path.exists()]
        if any(before.get(path) != written for path, written in found):
            break
        time.sleep(0.02)
    time.sleep(pause)


def pictures(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_a_folder_of_photos_becomes_a_folder_of_results(photos, tmp_path):
    result = restore(photos, tmp_path / "out", "--steps", 2)
    assert {path.name: Image.open(path).size for path in (tmp_path / "out").iterdir()} == {"a.jpg": (160, 80), "b.png": (80, 64)}
    assert "a.jpg, tile 3 of 3" in result.stderr and "b.png" in result.stderr
    assert not (tmp_path / "out.work").exists()
    again = restore(photos, tmp_path / "out", "--steps", 2, "--resume")
    assert again.stdout.count("is there already") == 2 and "tile" not in again.stderr


def test_killed_at_any_moment_it_goes_on_to_the_same_bits(photos, tmp_path, jobs=2, kills=1):
    """Also side by side: the undisturbed run makes one fit at a time."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    restore(photos, whole, "--jobs", 1)
    random.seed(jobs)
    for _ in range(kills):
        process = start(photos, killed, "--resume", "--jobs", jobs, "--max-memory", jobs * MEMORY[1])
        wait_for_work(killed, process, random.uniform(0, 0.3))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    restore(photos, killed, "--resume", "--jobs", jobs, "--max-memory", jobs * MEMORY[1])
    assert pictures(killed) == pictures(whole) and not (tmp_path / "killed.work").exists()


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_many_times_it_goes_on_to_the_same_bits(photos, tmp_path, jobs):
    test_killed_at_any_moment_it_goes_on_to_the_same_bits(photos, tmp_path, jobs, kills=8)


@pytest.mark.parametrize(
    ("send", "number", "code", "jobs"),
    [(os.kill, signal.SIGTERM, 143, 1), (os.killpg, signal.SIGINT, 130, 2)],
)
def test_told_to_end_it_says_in_one_line_how_to_go_on(photos, tmp_path, send, number, code, jobs):
    out = tmp_path / "out"
    process = start(photos, out, "--jobs", jobs, "--max-memory", jobs * MEMORY[1])
    wait_for_work(out, process, 0.0)
    send(process.pid, number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code and "Traceback" not in errors and "C++" not in errors
    assert errors.splitlines()[-1] == f"error: interrupted; the same command with --resume goes on from {out}.work"
    refused("out.work holds a restoration that has been begun: go on with it with --resume", *words(photos, out))
    refused("seed 0 there, 1 here", *words(photos, out, "--resume", "--seed", 1))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--out", "out.png"), "--out out.png must be a folder"),
        (("again.png", "--out", "out"), "again.png doesn't exist"),
        (("photos/b.png", "--out", "out"), "--out out would get two results of the name b.png"),
        (("photos/b.png", "--out", "photos"), "would get two results of the name b.png"),
        (("--out", "photos"), "is the photo itself"),
        (("empty", "--out", "out"), "empty is a folder without a photo in it"),
        (("empty", "--out", "out.png"), "empty is a folder without a photo in it"),
        (("--out", "photos/a.jpg/out"), "output folder photos/a.jpg/out"),
        (("--out", "out", "--truth", "photos/b.png"), "photos/a.jpg: --truth photos/b.png has"),
        (("--out", "out", "--dtype", "float64", "--precision", "bf16"), "--precision bf16 belongs to --dtype float32"),
        (("--out", "out", "--set", "network.slope=nan"), "slope must be between 0 and 1, not nan"),
        (("--out", "out", "--frames", 1), "--frames shows one photo"),
        (("--out", "out", "--truth", "empty"), "empty holds no picture of the name a"),
        (("--out", "out", "--checkpoint-seconds", -1), "--checkpoint-seconds must be at least 0"),
    ],
)
def test_what_cannot_be_done_with_a_folder_is_one_clear_line(photos, tmp_path, more, message, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    refused(message, "denoise", "photos", *more)
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob("*.work"))


def test_a_work_folder_of_something_else_is_left_alone(photos, tmp_path):
    (tmp_path / "out.png.work").mkdir()
    (tmp_path / "out.png.work" / "mine.txt").write_text("mine")
    for more in ((), ("--resume",)):
        refused("out.png.work holds files of something else", "denoise", photos / "b.png", "--out", tmp_path / "out.png", *more)
    assert (tmp_path / "out.png.work" / "mine.txt").read_text() == "mine" and not (tmp_path / "out.png").exists()


def test_what_is_refused_leaves_no_folder_for_frames(photos, tmp_path, monkeypatch):
    given = ("denoise", photos / "b.png", "--steps", 1, "--out", tmp_path / "out.png")
    with monkeypatch.context() as full:
        full.setattr("paddle_dip.cli.photos.write_photo", lambda path, photo: path.mkdir() or path.write_bytes(b""))
        with pytest.raises(IsADirectoryError):
            call(*given)
    (tmp_path / "out.png").rmdir()
    refused("holds a restoration that has been begun", *given, "--frames", 1)
    assert not (tmp_path / "out_process").exists()


def test_a_name_with_no_room_for_what_comes_behind_it_is_refused(photos, tmp_path):
    out = tmp_path / ("x" * 247 + ".png")
    refused("output file's name is too long: 250 bytes at most, not 251", "denoise", photos / "b.png", "--out", out)
    assert call("denoise", photos / "b.png", "--steps", 1, "--record", "--out", out.with_name(out.name[1:])).exception is None


@pytest.mark.parametrize(("platform", "told_apart"), [("linux", True), ("darwin", False), ("win32", False)])
def test_names_that_differ_in_case_are_one_where_disks_take_them_for_one(photos, tmp_path, platform, told_apart, monkeypatch):
    (tmp_path / "more").mkdir()
    shutil.copy(photos / "b.png", tmp_path / "more" / "B.png")
    monkeypatch.setattr("paddle_dip.cli.places.sys.platform", platform)
    given = [photos / "b.png", tmp_path / "more" / "B.png"]
    if told_apart:
        assert [out.name for _, out in result_places(given, tmp_path / "out")] == ["b.png", "B.png"]
    else:
        with pytest.raises(InputError, match="two results of the name B.png"):
            result_places(given, tmp_path / "out")


@pytest.mark.parametrize(("preset", "less"), [("best", 0.2), ("quick", 1.0)])
def test_what_quick_would_take_follows_from_its_arithmetic(photos, preset, less):
    options = Options(max_memory=0.2)
    read = partial(read_job, photos / "b.png", inputs=partial(same_for_all, factor=2), seed=0, dtype="float32")
    job = plan(read(preset=task_preset("super-resolve", preset, 2)), 2**28)
    assert _quick_work(job, options, 1, 0) <= less * all_work(job)
    words = _first_words(6000.0, ratio=_quick_work(job, options, 1, 0) / all_work(job))
    assert words.startswith("about 100 minutes in all; ") and ("with --preset quick about" in words) == (less < 1)


def test_masks_are_found_by_their_photos_names(photos, tmp_path):
    masks = tmp_path / "masks"
    masks.mkdir()
    for name, size in (("a.png", (80, 40)), ("b.png", (40, 32))):
        mask = Image.new("L", size)
        mask.paste(255, (10, 10, 20, 20))
        mask.save(masks / name)
    given = ("inpaint", photos, masks, "--steps", 2, "--out", tmp_path / "out")
    assert call(*given).exception is None
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.jpg", "b.png"]
    (masks / "b.png").unlink()
    refused("masks holds no picture of the name b", *given)


def test_fits_of_other_photos_count_all_their_members(photos, tmp_path, monkeypatch):
    """So that as many fits as are made side by side are planned to have memory."""
    told = []
    monkeypatch.setattr("paddle_dip.cli.photos.fits_at_a_time", lambda job, memory, others: told.append(others) or 1)
    asked = _Asked(Options(), replace(task_preset("super-resolve", "fast", 2), members=3), partial(same_for_all, factor=2), False)
    _plans([(photos / name, tmp_path / name) for name in ("a.jpg", "b.png")], asked)
    assert told == [3, 3]


def test_all_photos_are_cut_for_as_many_fits_as_are_made(photos, tmp_path, monkeypatch):
    monkeypatch.setattr("paddle_dip.cli.photos.fits_at_a_time", lambda job, memory, others: 4 if job.name == "a.jpg" else 2)
    asked = _Asked(Options(max_memory=0.05), task_preset("super-resolve", "fast", 2), partial(same_for_all, factor=2), False)
    plans = _plans([(photos / name, tmp_path / name) for name in ("a.jpg", "b.png")], asked)
    alone = _planned(photos / "a.jpg", tmp_path / "a.jpg", asked, 1, 2)
    assert [plan.jobs for plan in plans] == [2, 2]
    assert plans[0].order.tiles == alone.order.tiles != _planned(photos / "a.jpg", tmp_path / "a.jpg", asked, 1, 4).order.tiles


def test_runs_that_share_cut_alike(photos, tmp_path):
    refused("--shared with --max-memory needs --jobs", *words(photos, tmp_path / "out", "--shared"))
