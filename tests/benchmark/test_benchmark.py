"""The benchmark on small images: what it writes, what it refuses, and that the truth stays out of the result."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from paddle_dip.benchmark import run as run_module
from paddle_dip.benchmark.folder import open_folder
from paddle_dip.benchmark.run import Settings, run
from paddle_dip.benchmark.single import Job, restore_case
from paddle_dip.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.problem.architectures import SkipConfig
from paddle_dip.problem.dataset import Source, find_source, load_case
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import super_resolution_preset
from paddle_dip.report.results import COLUMNS, read_history, read_rows
from paddle_dip.solver.fit import fit
from tests.conftest import assert_refused, command

TOOL = "tools/benchmark_set14.py"
PRESET = replace(
    super_resolution_preset("fast", 4), network=SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(2,) * 3, input_depth=4), steps=6
)


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name, size in [("small", (8, 12)), ("odd", (9, 17))]:
        coarse = Image.fromarray(random.integers(0, 256, (*size, 3)).astype(np.uint8))
        coarse.resize((size[1] * 8 + 3, size[0] * 8 + 5), Image.Resampling.BICUBIC).save(folder / f"{name}_GT.png")
    return folder


def settings(folder, out, **changes) -> Settings:
    return replace(Settings(Source(folder, "test"), ("odd", "small"), 4, PRESET, 0, out, grid_every=3), **changes)


def test_writes_all_that_it_promises(images, tmp_path):
    out = tmp_path / "out"
    outcome = run(settings(images, out), fit=fit)
    with (out / "results.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS and [row["image"] for row in rows] == ["odd", "small"]
    assert all(row["resumed_at_step"] == "0" and float(row["seconds"]) > 0 for row in rows)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["images"] == 2 and summary["preset"]["steps"] == 6 and summary["threads"] >= 1
    assert summary["mean_psnr_y"] == pytest.approx(np.mean([row.psnr_y for row in outcome.rows]))
    assert summary["mean_bicubic_bp_psnr_y"] > summary["mean_bicubic_psnr_y"]
    assert {path.name for path in (out / "grids").iterdir()} == {f"{n}_{s:05d}.png" for n in ("odd", "small") for s in (3, 6)}
    history = read_history(out / "history" / "odd.csv")
    assert [point.step for point in history] == list(range(1, 7)) and history[-1].psnr_y == outcome.rows[0].psnr_y
    assert list((out / "checkpoints").iterdir()) == []


def test_the_picture_scores_what_the_row_says(images, tmp_path):
    outcome = run(settings(images, tmp_path / "out"), fit=fit)
    truth = load_case(Source(images, ""), "small", 4).truth
    picture = np.asarray(Image.open(tmp_path / "out" / "small.png")).transpose(2, 0, 1) / 255
    assert psnr_y(picture, truth) == pytest.approx(outcome.rows[1].psnr_y, abs=1e-5)


def test_the_page_needs_nothing_beside_it(images, tmp_path):
    run(settings(images, tmp_path / "out"), fit=fit)
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 4 and "<svg" in page and 'type="range"' in page
    links = re.findall(r'(?:src|href)="(?!data:)([^"#][^"]*)"', page)
    assert links == []


def test_the_truth_does_not_touch_the_result(images, tmp_path):
    """A case whose truth is wrong gives the same image: only its score differs."""
    case = load_case(Source(images, ""), "small", 4)
    outcomes = []
    for number, truth in enumerate((case.truth, np.zeros_like(case.truth))):
        with open_folder(tmp_path / str(number), {}, {}, resume=False) as folder:
            job = Job(replace(case, truth=truth), 4, PRESET, 0, folder, 3, 100)
            outcomes.append(restore_case(job, fit=fit, interrupted=lambda: False))
    np.testing.assert_array_equal(outcomes[0][1], outcomes[1][1])
    assert outcomes[0][0].psnr_y != outcomes[1][0].psnr_y


def test_a_finished_image_is_not_restored_again(images, tmp_path):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    before = (out / "odd.png").stat().st_mtime_ns
    outcome = run(settings(images, out, resume=True), fit=fit)
    assert [row.image for row in outcome.rows] == ["odd", "small"]
    assert (out / "odd.png").stat().st_mtime_ns == before


def test_resume_begins_where_there_is_nothing(images, tmp_path):
    assert len(run(settings(images, tmp_path / "out", resume=True), fit=fit).rows) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "--resume"),
        ({"resume": True, "seed": 1}, "seed 0 there, 1 here"),
        ({"resume": True, "preset": replace(PRESET, steps=7)}, "steps 6 there, 7 here"),
        ({"resume": True, "preset": replace(PRESET, average="none")}, "average"),
    ],
)
def test_a_folder_with_another_run_is_refused(images, tmp_path, changes, words):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    with pytest.raises(ValueError, match=words):
        run(settings(images, tmp_path / "out", **changes), fit=fit)


def test_a_folder_with_other_pixels_of_the_same_name_is_refused(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    Image.new("RGB", (96, 64)).save(images / "odd_GT.png")
    with pytest.raises(ValueError, match="other pixels of odd"):
        run(settings(images, tmp_path / "out", images=("odd",), resume=True), fit=fit)


@pytest.mark.parametrize("step", ["write_history", "write_rgb", "write_rows", "write_json"])
def test_a_run_that_ends_between_two_files_goes_on_to_the_same_result(images, tmp_path, monkeypatch, step):
    whole = run(settings(images, tmp_path / "whole"), fit=fit)
    with monkeypatch.context() as context:
        context.setattr(run_module, step, lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run(settings(images, tmp_path / "cut", checkpoint_seconds=0), fit=fit)
    resumed = run(settings(images, tmp_path / "cut", resume=True), fit=fit)
    assert [row.psnr_y for row in resumed.rows] == [row.psnr_y for row in whole.rows]
    assert (tmp_path / "cut" / "odd.png").read_bytes() == (tmp_path / "whole" / "odd.png").read_bytes()
    assert list((tmp_path / "cut" / "checkpoints").iterdir()) == []


def test_a_flat_image_does_not_end_the_run(images, tmp_path):
    Image.new("RGB", (64, 64)).save(images / "odd_GT.png")
    outcome = run(settings(images, tmp_path / "out"), fit=fit)
    assert [row.image for row in outcome.rows] == ["odd", "small"] and outcome.rows[0].bicubic_psnr_y == float("inf")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["mean_bicubic_psnr_y"] is None
    assert len(run(settings(images, tmp_path / "out", resume=True), fit=fit).rows) == 2


def test_two_runs_do_not_share_a_folder(images, tmp_path):
    with open_folder(tmp_path / "out", {}, {}, resume=False), pytest.raises(ValueError, match="another run"):
        run(settings(images, tmp_path / "out", resume=True), fit=fit)


def test_half_written_files_of_a_killed_run_are_removed(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    (tmp_path / "out" / "checkpoints" / ".small.npz.abc.part").write_bytes(b"half")
    run(settings(images, tmp_path / "out", resume=True), fit=fit)
    assert not list((tmp_path / "out").rglob(".*.part"))


def test_published_figures_stand_beside_the_published_images_only(images, tmp_path, data_folder):
    Image.open(images / "odd_GT.png").save(images / "face_GT.png")
    heading, _ = run(settings(images, tmp_path / "a", images=("face",)), fit=fit).table
    assert "paper" not in heading and "paddle_dip" in heading
    assert "LapSRN" not in (tmp_path / "a" / "index.html").read_text()
    real = settings(data_folder / "sr" / "Set14", tmp_path / "b", images=("face",))
    heading, lines = run(real, fit=fit).table
    assert lines[0][heading.index("paper")] == "31.020"
    page = (tmp_path / "b" / "index.html").read_text()
    assert ('"paper": of the paper' in page, '"LapSRN":' in page) == (True, "LapSRN" in heading)


def test_results_without_their_settings_are_refused(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    (tmp_path / "out" / "settings.json").unlink()
    for resume in (False, True):
        with pytest.raises(ValueError, match="without their settings.json"):
            run(settings(images, tmp_path / "out", seed=3, resume=resume), fit=fit)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("step", "damaged"),
        ("average", "doesn't fit"),
        ("nan", "damaged"),
        ("notes", "another version"),
        ("note", "another version"),
        ("stopper", "another version"),
    ],
)
def test_a_checkpoint_that_is_wrong_inside_is_refused(images, tmp_path, damage, words):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(settings(images, out, checkpoint_seconds=0), fit=interrupted_fit)
    state, notes = load_checkpoint(out / "checkpoints" / "odd_0.npz")
    if damage == "step":
        state["step"] = np.array(PRESET.steps)
    elif damage == "average":
        del state["average"]
    elif damage == "nan":
        state["average"][:] = np.nan
    elif damage == "stopper":
        del state["stopper/least"]
    elif damage == "note":
        notes["mood"] = "good"
    else:
        del notes["history"]
    save_checkpoint(out / "checkpoints" / "odd_0.npz", state, notes)
    with pytest.raises(ValueError, match=words):
        run(settings(images, out, resume=True), fit=fit)


def interrupted_fit(*args, **options):
    for snapshot in fit(*args, **options):
        if snapshot.step == 4:
            raise KeyboardInterrupt
        yield snapshot


@pytest.mark.parametrize("text", ["cat,fast", "x" * 50, "a,b,c,d,e,f,g,h,i,j,k,l,m,n"])
def test_a_damaged_table_is_named(images, tmp_path, text):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    with (out / "results.csv").open("a") as file:
        file.write(text + "\n")
    with pytest.raises(ValueError, match="results.csv can't be read"):
        run(settings(images, out, resume=True), fit=fit)


def test_a_damaged_picture_of_a_finished_image_is_made_again(images, tmp_path):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    whole = (out / "odd.png").read_bytes()
    (out / "odd.png").write_bytes(whole[:50])
    run(settings(images, out, images=("odd",), resume=True), fit=fit)
    assert (out / "odd.png").read_bytes() == whole


def test_a_loss_that_is_no_number_ends_the_run(images, tmp_path):
    preset = replace(PRESET, learning_rate=1e38)
    with pytest.raises(ArithmeticError, match="loss is nan"):
        run(settings(images, tmp_path / "out", preset=preset), fit=fit)
    assert read_rows(tmp_path / "out" / "results.csv") == []


class TestTool:
    def test_runs_from_the_command_line(self, images, tmp_path):
        options = (
            "--data",
            images,
            "--factor",
            4,
            "--steps",
            2,
            "--average",
            "none",
            "--images",
            "small",
            "--out",
            tmp_path / "out",
        )
        result = command(TOOL, *options)
        assert result.returncode == 0, result.stderr
        assert "asked for" in result.stdout and "small" in result.stdout
        assert json.loads((tmp_path / "out" / "summary.json").read_text())["preset"]["average"] == "none"

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--preset", "slow"), "fast, paper"),
            (("--factor", "0"), "4, 8"),
            (("--factor", "2.5"), "--factor"),
            (("--factor", "3"), "4, 8"),
            (("--steps", "0"), "--steps"),
            (("--steps", "-3"), "--steps"),
            (("--images", "nobody"), "odd, small"),
            (("--images", "all,odd"), "odd, small"),
            (("--average", "median"), "none, ema"),
            (("--seed", "-1"), "--seed"),
        ],
    )
    def test_bad_options_are_refused(self, images, tmp_path, options, words):
        assert_refused(command(TOOL, "--data", images, "--out", tmp_path / "out", *options), words)
        assert not (tmp_path / "out").exists()

    def test_bad_folders_are_refused(self, images, tmp_path):
        assert_refused(command(TOOL, "--data", tmp_path / "nothing"), "nothing")
        assert_refused(command(TOOL, "--data", images, "--out", images / "odd_GT.png" / "out"), "output folder")

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda path: path.write_text("hello"), "not an image"),
            (lambda path: path.write_bytes(path.read_bytes()[:200]), "damaged"),
            (lambda path: Image.new("RGB", (1, 1)).save(path), "1x1"),
        ],
        ids=["text", "truncated", "1x1"],
    )
    def test_bad_images_are_refused_before_any_work(self, images, tmp_path, spoil, words):
        spoil(images / "small_GT.png")
        assert_refused(command(TOOL, "--data", images, "--out", tmp_path / "out"), words, "small")
        assert not (tmp_path / "out").exists()


class TestSource:
    def test_looks_in_the_usual_places_in_turn(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("PADDLE_DIP_DATA", raising=False)
        assert find_source(None).folder is None
        for place in (tmp_path / "shared" / "sr" / "Set14", tmp_path / "datas" / "sr" / "Set14"):
            place.mkdir(parents=True)
            Image.new("RGB", (64, 64)).save(place / "x_GT.png")
            monkeypatch.setenv("PADDLE_DIP_DATA", str(tmp_path / "shared"))
            assert find_source(None).folder.resolve() == place
        assert find_source("embedded").folder is None

    def test_the_embedded_photos_are_there(self):
        for name in ("astronaut", "camera", "cat", "coffee"):
            case = load_case(find_source("embedded"), name, 8)
            assert case.truth.shape == (3, 256, 256) and case.low.shape == (3, 32, 32)

    def test_real_images_follow_the_protocol(self, data_folder):
        source = find_source(str(data_folder / "sr" / "Set14"))
        baboon, bridge = (load_case(source, name, 8) for name in ("baboon", "bridge"))
        assert baboon.truth.shape == (3, 480, 480) and baboon.low.shape == (3, 60, 60)
        assert np.array_equal(bridge.truth[0], bridge.truth[2])
