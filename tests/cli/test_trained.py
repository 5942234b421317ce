"""The commands of the trained networks as a person types them; a training that is killed goes on to the same bits."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from paddle_dip.cli.app import app
from paddle_dip.io.images import Photo, read_photo, write_photo
from paddle_dip.problem.convolution import convolved
from paddle_dip.trained.problem.blurs import blur_kernel
from tests.conftest import ROOT
from tests.trained.data import cut_off

SMALL = ("--width", "4", "--epochs", "3", "--preset", "paper")


def call(*words):
    """Run a command in this process: what it printed, and the error that the command line would show."""
    result = CliRunner().invoke(app, list(map(str, words)), standalone_mode=False)
    if result.exception and not isinstance(result.exception, ValueError | ImportError | SystemExit):
        raise result.exception
    return result


def refused(words: str, *command) -> None:
    error = str(call(*command).exception)
    assert words in error and "\n" not in error


def rows(out: Path) -> list[dict]:
    with (out / "epochs.csv").open(newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def arrays(out: Path) -> dict[str, bytes]:
    with np.load(sorted(out.glob("checkpoints/*.npz"))[-1]) as archive:
        return {name: archive[name].tobytes() for name in archive.files if name != "notes.json"}


@pytest.fixture(scope="module")
def made_run(made_pairs, tmp_path_factory):
    run = tmp_path_factory.mktemp("made") / "run"
    call("train", "deblur", made_pairs, "--out", run, *SMALL)
    return run


@pytest.fixture
def trained(made_run, tmp_path):
    """The folder of a finished run on the five pairs."""
    return shutil.copytree(made_run, tmp_path / "run")


def test_from_photos_to_a_deblurred_photo(photos, tmp_path):
    said = call("prepare-pairs", photos, "--out", tmp_path / "pairs", "--blur", "gaussian", "--strength", 2).stdout
    assert "5 pairs of 256x256 pixels, gaussian 2" in said
    said = call("train", "deblur", tmp_path / "pairs", "--out", tmp_path / "run", *SMALL, "--skip-bad").stdout
    assert "epoch 3/3: generator" in said and "to beat: blurred psnr" in said and "to beat: unsharp" in said
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["settings"]["pairs"] == {"blur": "gaussian", "strength": 2.0, "size": 256}
    assert (summary["train"], summary["test"], summary["settings"]["size"]) == (4, 1, 256) and summary["last"]["epoch"] == 3
    assert [row["epoch"] for row in rows(tmp_path / "run")] == ["1", "2", "3"]
    assert len(list((tmp_path / "run" / "pictures").glob("epoch_*_test.png"))) == 3
    photo = Photo(np.random.default_rng(0).random((1, 40, 300)), np.ones((40, 300)), 16)
    write_photo(tmp_path / "grey.png", photo)
    call("deblur", tmp_path / "grey.png", "--checkpoint", tmp_path / "run", "--out", tmp_path / "out.png")
    sharp = read_photo(tmp_path / "out.png")
    assert sharp.pixels.shape == (1, 40, 300) and sharp.bits == 16 and sharp.alpha is not None


def test_a_result_is_made_to_agree_with_the_photo(pairs, trained, tmp_path):
    photo = pairs / "blurred" / "p1.png"
    for name, words in (("plain", ()), ("turns", ("--turns",)), ("right", ("--turns", "--correct"))):
        call("deblur", photo, "--checkpoint", trained, "--out", tmp_path / f"{name}.png", *words)
    blurred, plain, turns, right = (
        read_photo(path).pixels for path in (photo, *(tmp_path / f"{n}.png" for n in ("plain", "turns", "right")))
    )
    kernel = blur_kernel("disk", 3.0)  # prepare-pairs' own
    far, near = (np.abs(convolved(picture, kernel) - blurred).mean() for picture in (turns, right))
    assert near < 0.2 * far and not np.array_equal(plain, turns)


def test_no_result_is_corrected_by_an_unknown_blur(pairs, tmp_path):
    (pairs / "pairs.json").unlink()
    call("train", "deblur", pairs, "--out", tmp_path / "run", *SMALL, "--epochs", 1)
    words = ("--checkpoint", tmp_path / "run", "--out", tmp_path / "x.png", "--correct")
    refused("correct needs the blur", "deblur", pairs / "blurred" / "p1.png", *words)
    assert not (tmp_path / "x.png").exists()


def train(pairs, out) -> list[str]:
    return ["train", "deblur", str(pairs), "--out", str(out), *SMALL, "--resume"]


def start(pairs, out) -> subprocess.Popen:
    settings = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "paddle_dip", *train(pairs, out)], cwd=ROOT, **settings)


def wait_for_a_checkpoint(out: Path, process) -> None:
    deadline = time.monotonic() + 280
    while process.poll() is None and time.monotonic() < deadline and not list(out.glob("checkpoints/step_*.npz")):
        time.sleep(0.02)


def test_a_killed_run_ends_in_the_same_bits(pairs, trained, tmp_path):
    out = tmp_path / "killed"
    process = start(pairs, out)
    wait_for_a_checkpoint(out, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 0 < len(list(out.glob("checkpoints/step_*.npz"))) < 3
    assert call(*train(pairs, out)).exception is None
    assert rows(out) == rows(trained) and arrays(out) == arrays(trained)
    assert (out / "split.json").read_bytes() == (trained / "split.json").read_bytes()


def test_a_run_is_made_longer_by_resuming_and_not_mixed_with_another(pairs, trained, tmp_path):
    refused("already holds a run", "train", "deblur", pairs, "--out", trained, *SMALL)
    refused("other settings (seed 0 there, 1 here)", "train", "deblur", pairs, "--out", trained, *SMALL, "--seed", 1, "--resume")
    call("train", "deblur", pairs, "--out", trained, *SMALL, "--epochs", 4, "--resume")
    call("train", "deblur", pairs, "--out", tmp_path / "whole", *SMALL, "--epochs", 4)
    assert rows(trained) == rows(tmp_path / "whole") and arrays(trained) == arrays(tmp_path / "whole")
    assert len(list(trained.glob("checkpoints/*.npz"))) == 3


def test_a_run_stops_in_time_at_an_epochs_end(pairs, tmp_path):
    call("train", "deblur", pairs, "--out", tmp_path / "run", *SMALL, "--minutes", 0)
    assert len(rows(tmp_path / "run")) == 1 and (tmp_path / "run" / "summary.json").exists()


def test_a_corrupt_pair_stops_the_training_or_is_left_out(pairs, tmp_path):
    path = pairs / "sharp" / "p2.png"
    path.write_bytes(path.read_bytes()[:-200])
    refused("p2.png can't be read", "train", "deblur", pairs, "--out", tmp_path / "a", *SMALL)
    result = call("train", "deblur", pairs, "--out", tmp_path / "b", *SMALL, "--skip-bad")
    assert result.exit_code == 0 and result.stderr.count("skipped: ") == 1 and "p2.png" in result.stderr


def test_a_run_whose_learning_rate_depends_on_its_length_is_not_made_longer(pairs, tmp_path):
    words = ("train", "deblur", pairs, "--out", tmp_path / "run", "--width", 4)
    call(*words, "--epochs", 1)
    refused("other settings (epochs 1 there, 2 here)", *words, "--epochs", 2, "--resume")


def test_a_run_that_can_not_begin_does_not_refuse_the_corrected_one(pairs, photos, tmp_path):
    words = ("train", "photos", photos, "--out", tmp_path / "run", "--epochs", 1, "--size", 64)
    refused("bf16 needs a GPU", *words, "--precision", "bf16")
    cut_off(photos / "p2.png")
    refused("p2.png can't be read", *words)
    (photos / "p2.png").unlink()
    assert call(*words).exception is None
    (tmp_path / "one").mkdir()
    shutil.copy(photos / "p0.png", tmp_path / "one")
    refused("at least 2 samples", "train", "photos", tmp_path / "one", "--out", tmp_path / "other", "--size", 64)
    assert not (tmp_path / "other" / "settings.json").exists()


def test_a_corrupt_pair_is_not_tested_with_another_in_its_place(pairs, trained, tmp_path):
    (name,) = json.loads((trained / "split.json").read_text())["test"]
    cut_off(pairs / "blurred" / name)
    result = call("train", "deblur", pairs, "--out", tmp_path / "other", *SMALL, "--skip-bad")
    assert "none of the samples to test with can be read" in str(result.exception)


def test_bad_data_and_options_are_refused(pairs, trained, tmp_path):
    out = ("--out", tmp_path / "out")
    refused("not a folder", "train", "deblur", tmp_path / "absent", *out)
    refused("repository, paper, small", "train", "deblur", pairs, *out, "--preset", "fast")
    refused("--epochs must be at least 1", "train", "deblur", pairs, *out, "--epochs", 0)
    refused("--l1-weight must be at least 0", "train", "deblur", pairs, *out, "--l1-weight", -1)
    refused("--keep must be at least 1", "train", "deblur", pairs, *out, "--keep", 0)
    refused("bf16 needs a GPU", "train", "deblur", pairs, *out, *SMALL, "--precision", "bf16")
    refused("--precision must be one of", "train", "deblur", pairs, *out, "--precision", "int8")
    refused("disk, gaussian", "prepare-pairs", pairs, *out, "--blur", "lens")
    refused("strength must be above 0 and at most 32", "prepare-pairs", pairs, *out, "--strength", 1e9)
    refused("lies in the photos' own", "prepare-pairs", pairs, "--out", pairs / "sharp")
    refused("multiple of 64", "train", "photos", pairs, "--out", tmp_path / "p", "--size", 100)
    photo = pairs / "sharp" / "p1.png"
    refused("doesn't exist", "deblur", photo, "--checkpoint", tmp_path / "absent", "--out", tmp_path / "x.png")
    refused("give a run's folder", "deblur", photo, "--checkpoint", photo, "--out", tmp_path / "x.png")
    np.save(tmp_path / "array.npy", np.zeros(3))
    refused("give a run's folder", "deblur", photo, "--checkpoint", tmp_path / "array.npy", "--out", tmp_path / "x.png")
    refused("holds a run of train deblur", "train", "photos", pairs, "--out", trained, "--size", 64, "--resume")
    refused("holds no autoencoder", "reconstruct", photo, "--checkpoint", trained, "--out", tmp_path / "x.png")
    refused(".png", "reconstruct", photo, "--checkpoint", trained, "--out", tmp_path / "x.jpg")
    for command in ("deblur", "reconstruct"):
        refused("is the photo itself", command, photo, "--checkpoint", trained, "--out", photo)
    Image.new("RGB", (256, 128)).save(photo)
    refused("p1.png is 256x128 pixels", "train", "deblur", pairs, *out)
    photo.unlink()
    refused("unpaired, only in blurred/: p1.png", "train", "deblur", pairs, *out)


@pytest.mark.slow
def test_digits_from_training_to_reconstruction(mnist, tmp_path):
    run = tmp_path / "run"
    call("train", "digits", "--data", mnist, "--out", run, "--epochs", 1, "--batch", 50)
    assert {"mse", "psnr", "damaged_psnr"} <= rows(run)[0].keys()
    assert {path.name for path in (run / "pictures").iterdir()} >= {"epoch_0001_test.png", "epoch_0001_latent.png"}
    call("train", "digits", "--data", mnist, "--out", run, "--epochs", 2, "--batch", 50, "--resume")
    call("train", "digits", "--data", mnist, "--out", tmp_path / "whole", "--epochs", 2, "--batch", 50)
    assert rows(run) == rows(tmp_path / "whole") and arrays(run) == arrays(tmp_path / "whole")
    Image.new("L", (60, 50), 200).save(tmp_path / "digit.png")
    call("reconstruct", tmp_path / "digit.png", "--checkpoint", run, "--out", tmp_path / "out.png", "--erase")
    with Image.open(tmp_path / "out.png") as sheet:
        assert sheet.width == 3 * 112 + 2 * 4


def test_digits_of_the_npm_package(digit_package, tmp_path):
    run = tmp_path / "run"
    said = call("train", "digits", "--data", digit_package, "--out", run, "--epochs", 1, "--batch", 50).stdout
    summary = json.loads((run / "summary.json").read_text())
    assert (summary["train"], summary["test"]) == (135, 10)
    assert "to beat: biharmonic hole_l1" in said and summary["baselines"]["biharmonic"]["hole_l1"] >= 0
    (digit_package / "src" / "digits" / "3.json").write_text("{}")
    refused("3.json can't be read", "train", "digits", "--data", digit_package, "--out", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_photos_from_training_to_reconstruction(photos, tmp_path):
    run = tmp_path / "run"
    call("train", "photos", photos, "--out", run, "--size", 64, "--epochs", 2)
    assert len(rows(run)) == 2 and json.loads((run / "split.json").read_text())["test"]
    call("reconstruct", photos / "p0.png", "--checkpoint", run, "--out", tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as sheet:
        assert sheet.width == 2 * 64 + 4


def test_presets_are_listed_with_their_sources():
    said = call("train", "presets").stdout
    assert "500" in said and "Isola et al. 2017, 6.2" in said and "latent 4" in said


def test_visualdl_is_optional_and_its_absence_told(pairs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "visualdl", None)
    refused("pip install visualdl", "train", "deblur", pairs, "--out", tmp_path / "run", *SMALL, "--visualdl", tmp_path / "logs")
