"""The public functions: their examples run, they do what the commands do, and images come back as they were given."""

import doctest
import subprocess
import sys
from dataclasses import asdict
from inspect import isfunction

import numpy as np
import pytest
from PIL import Image

import paddle_dip as dip
from paddle_dip.io.images import Photo, read_photo, write_photo
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.runs import restored_image
from tests.cli.test_trained import call
from tests.conftest import ROOT

SMALL = {"network": SkipConfig(down=(4,) * 2, up=(4,) * 2, skip=(2,) * 2, input_depth=3), "steps": 3}
FUNCTIONS = [name for name in dip.__all__ if name != "fit" and isfunction(getattr(dip, name))]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with runs/deblur and runs/removal, each with a checkpoint of an untrained network."""
    from paddle_dip.runs.checkpoint import save_checkpoint
    from paddle_dip.solver.state import read_weights
    from paddle_dip.trained.networks import build_network
    from paddle_dip.trained.problem.architectures import FillerConfig, GeneratorConfig

    filler = FillerConfig(width=4, coarse_rates=(1, 2), refine_rates=(1,), initialisation="torch")
    networks = {
        "deblur": ("generator", GeneratorConfig(down=(4,) * 3, up=(4,) * 2), {"size": 32}),
        "removal": ("filler", filler, {"critic": {"size": 64}}),
    }
    folder = tmp_path_factory.mktemp("trained")
    for run, (name, config, settings) in networks.items():
        weights = {f"{name}/{key}": value for key, value in read_weights(build_network(config)).items()}
        (folder / "runs" / run / "checkpoints").mkdir(parents=True)
        path = folder / "runs" / run / "checkpoints" / "step_00000001.npz"
        save_checkpoint(path, weights, {"settings": {name: asdict(config), **settings}})
    return folder


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_examples_of_the_docstrings_run(name, runs, monkeypatch):
    monkeypatch.chdir(runs)
    (examples,) = doctest.DocTestFinder(recurse=False).find(getattr(dip, name), name, globs={"dip": dip, "np": np, "Image": Image})
    found = doctest.DocTestRunner().run(examples)
    assert found.attempted > 0 and found.failed == 0


@pytest.mark.parametrize(
    ("task", "files", "words"),
    [
        ("super-resolve", (), {"factor": 2}),
        ("denoise", (), {"sigma": 20.0}),
        ("dejpeg", (), {}),
        ("inpaint", ("mask.png",), {}),
        ("restore-pixels", (), {"mask": "mask.png"}),
        ("flash-no-flash", ("flash.png",), {}),
        ("deblur", (), {"checkpoint": "runs/deblur"}),
        ("remove-object", ("mask.png",), {"checkpoint": "runs/removal"}),
        ("remove-object", ("mask.png",), {}),
    ],
)
def test_a_function_does_what_the_command_of_its_name_does(task, files, words, runs, tmp_path, monkeypatch, image):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").symlink_to(runs / "runs")
    Image.fromarray(image).save("photo.png")
    Image.fromarray(255 - image).save("flash.png")
    mask = np.zeros(image.shape[:2], np.uint8)
    mask[12:20, 10:18] = 255
    Image.fromarray(mask).save("mask.png")
    prior = {} if "checkpoint" in words else {"steps": 2, "seed": 1}
    options = [word for name, value in (words | prior).items() for word in (f"--{name}", value)]
    assert call(task, "photo.png", *files, *options, "--out", "out.png").exception is None
    result = getattr(dip, task.replace("-", "_"))("photo.png", *files, **words, **prior)
    np.testing.assert_array_equal(np.asarray(Image.open("out.png")), np.asarray(result))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("channels", [None, 1, 3, 4])
def test_an_array_comes_back_as_one_of_its_kind(dtype, channels, image):
    unit = image[..., 0] / 255 if channels is None else np.dstack([image, image[..., :1]])[..., :channels] / 255
    given = unit.astype(dtype) if dtype.startswith("float") else (unit * np.iinfo(dtype).max).round().astype(dtype)
    large = dip.super_resolve(given, 2, **SMALL)
    assert large.dtype == given.dtype and large.shape == (74, 62, *given.shape[2:])
    assert dtype.startswith("uint") or (large.min() >= 0 and large.max() <= 1)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_pillow_image_comes_back_as_one_and_so_does_a_path(mode, image, tmp_path):
    given = Image.fromarray(image).convert(mode)
    given.save(tmp_path / "photo.png")
    results = [dip.denoise(each, **SMALL) for each in (given, tmp_path / "photo.png", str(tmp_path / "photo.png"))]
    assert {(result.mode, result.size) for result in results} == {(mode, (31, 37))}
    assert len({result.tobytes() for result in results}) == 1


def test_all_kinds_of_one_image_give_one_result(image):
    results = [dip.denoise(given, **SMALL) for given in (image, image * np.uint16(257), (image / 255).astype(np.float32))]
    for result in results[1:]:
        unit = result / (np.iinfo(result.dtype).max if result.dtype.kind == "u" else 1)
        np.testing.assert_allclose(unit, results[0] / 255, atol=0.6 / 255)


def test_dejpeg_goes_by_the_file_of_a_path_and_of_a_pillow_image(image, tmp_path):
    Image.fromarray(image).save(tmp_path / "photo.jpg", quality=10)
    with Image.open(tmp_path / "photo.jpg") as opened:
        results = [np.asarray(dip.dejpeg(given, **SMALL)) for given in (tmp_path / "photo.jpg", opened)]
        told_nothing = dip.dejpeg(np.asarray(opened), **SMALL)
        shown = np.asarray(opened).astype(float)
    np.testing.assert_array_equal(*results)
    # Three steps paint next to nothing: what the file allows is far from it, and near to what it shows.
    assert np.abs(results[0] - shown)[:32, :24].mean() < np.abs(told_nothing - shown)[:32, :24].mean() / 2


def test_the_fit_is_seen_at_each_step(image):
    seen = []

    def look(step):
        seen.append((step.step, step.loss(), step.image(), step.preset.steps, step.record()))

    result = dip.super_resolve(image, 2, **SMALL, on_step=look)
    steps, losses, images, known, records = zip(*seen, strict=True)
    assert steps == (1, 2, 3) and set(known) == {3} and all(loss > 0 for loss in losses)
    np.testing.assert_array_equal(images[-1], result)
    assert (images[0] != result).any() and records[0]["preset"]["task"] == "super-resolve"


def test_a_moment_that_went_wrong_ends_only_its_look(image, monkeypatch):
    def diverged(preset, snapshot):
        raise dip.FitError("the fit diverged")

    monkeypatch.setattr(restored_image, "current_canvas", diverged)
    assert dip.denoise(image, **SMALL, on_step=lambda step: step.image()).shape == image.shape


def test_an_error_of_the_watcher_is_not_swallowed(image):
    with pytest.raises(ZeroDivisionError):
        dip.denoise(image, **SMALL, on_step=lambda step: step.step / 0)


def test_a_watcher_that_reads_past_an_end_is_not_hidden(image):
    with pytest.raises(StopIteration):
        dip.denoise(image, **SMALL, on_step=lambda step: next(iter(())))


def test_memory_is_kept_to_by_tiles(image):
    large = np.tile(image, (3, 3, 1))
    enough = {"max_memory": 0.004} | SMALL
    assert dip.denoise(large, **enough).shape == large.shape
    with pytest.raises(dip.InputError, match="on_step needs the image in one piece"):
        dip.denoise(large, **enough, on_step=print)


def test_a_preset_can_be_changed_and_handed_on(image):
    from dataclasses import replace

    changed = replace(dip.preset("denoise", "paper"), **SMALL)
    np.testing.assert_array_equal(dip.denoise(image, preset=changed), dip.denoise(image, preset="paper", **SMALL))
    assert (dip.denoise(image, seed=1, **SMALL) != dip.denoise(image, **SMALL)).any()


def test_what_is_taken_otherwise_is_told_where_the_user_called(image, tmp_path):
    mask = Image.new("L", (31, 37))
    mask.paste(1, (5, 5, 12, 12))
    with pytest.warns(UserWarning, match="mask holds the values 0 and 1") as caught:
        dip.inpaint(image, mask, **SMALL)
    with pytest.warns(UserWarning, match="CMYK") as more, pytest.raises(dip.InputError):
        dip.deblur(Image.fromarray(image).convert("CMYK"), tmp_path)
    told = [each for each in (*caught, *more) if str(each.message).startswith(("mask", "image"))]
    assert len(told) == 2 and {each.filename for each in told} == {__file__}


def test_psnr_takes_every_kind_of_image(image):
    noisy = (image.astype(int) + np.random.default_rng(0).integers(-9, 9, image.shape)).clip(0, 255).astype(np.uint8)
    planes = [each.transpose(2, 0, 1) / np.float32(255) for each in (noisy, image)]
    assert dip.psnr_y(noisy, image) == pytest.approx(psnr_y(*planes))
    assert dip.psnr_y(Image.fromarray(noisy), image / 255) == pytest.approx(psnr_y(*planes))
    assert dip.psnr_y(image, image) == np.inf and dip.psnr_y(image[..., 0], image[..., :1]) == np.inf


def test_psnr_counts_two_float_images_on_one_scale():
    truth = np.linspace(0, 1000, 24 * 24, dtype=np.float32).reshape(24, 24)
    halved, moved = (Image.fromarray(each) for each in (truth / 2, truth + 100))
    with pytest.warns(UserWarning, match="values beyond"):
        error = 219 / 255 * np.mean((truth[4:-5, 4:-5] / 2000) ** 2) ** 0.5
        assert dip.psnr_y(halved, Image.fromarray(truth)) == pytest.approx(-20 * np.log10(error), abs=1e-3)
        assert dip.psnr_y(moved, Image.fromarray(truth)) == pytest.approx(-20 * np.log10(219 / 2550), abs=1e-3)


def test_sixteen_bits_of_a_file_are_kept_in_an_array(tmp_path, picture):
    write_photo(tmp_path / "deep.png", Photo(picture, None, 16))
    deep = (read_photo(tmp_path / "deep.png").pixels.transpose(1, 2, 0) * 65535).round().astype(np.uint16)
    assert len(np.unique(dip.denoise(deep, **SMALL))) > 256


def test_dir_lists_what_is_public():
    assert [name for name in dir(dip) if not name.startswith("__")] == sorted(dip.__all__)
    assert {"__version__", "__doc__"} <= set(dir(dip))


def test_nothing_loads_before_it_is_needed():
    code = (
        "import sys, paddle_dip as dip; from paddle_dip import InputError; names = dir(dip); heavy = {'numpy', 'PIL', 'paddle'};"
        "print(sorted(heavy & set(sys.modules)), 'super_resolve' in names);"
        "dip.presets(); dip.super_resolve; print(sorted(heavy & set(sys.modules)), hasattr(dip, 'enhance'))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["['numpy'] True", "['PIL', 'numpy'] False"]


@pytest.mark.parametrize("kind", ["colour", pytest.param("grey of 16 bits", marks=pytest.mark.slow)])
def test_denoise_cleans_photons_noise_and_stops_by_its_estimate(kind):
    """Noise that grows with the light: its level is estimated, and the fit ends when it is as near to the photo as that."""
    rows, columns = np.mgrid[0:64, 0:64] / 64
    truth = np.stack([0.5 + 0.4 * np.sin(7 * rows), rows, 0.3 + 0.6 * columns * (rows > 0.5)], axis=-1)
    truth = truth if kind == "colour" else truth[..., 0]
    noisy = (np.random.default_rng(0).poisson(truth * 40) / 40).clip(0, 1)
    given = (noisy * 65535).round().astype(np.uint16) if kind != "colour" else noisy
    seen = []
    network = SkipConfig(down=(16,) * 3, up=(16,) * 3, skip=(4,) * 3, input_depth=8)
    clean = dip.denoise(given, network=network, steps=1500, stop="sigma", on_step=lambda step: seen.append(step.step))
    clean = clean / (65535 if kind != "colour" else 1)
    before, after = (np.mean((image - truth) ** 2) for image in (noisy, clean))
    assert 300 <= seen[-1] < 1500 and after < before / 3
