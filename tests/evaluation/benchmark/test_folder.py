"""The benchmark's folder: what goes on in it, and what is refused."""

import json
from dataclasses import replace

import pytest
from PIL import Image

from paddle_dip.evaluation.benchmark.folder import open_folder
from paddle_dip.evaluation.benchmark.run import run
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.solver.fit import fit
from tests.evaluation.benchmark.small import PRESET, settings


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


def test_a_run_from_before_a_setting_existed_goes_on(images, tmp_path):
    wanted = settings(images, tmp_path / "out", images=("odd",), preset=replace(PRESET, **NO_REFINEMENT), resume=True)
    run(wanted, fit=fit)
    noted = tmp_path / "out" / "settings.json"
    earlier = json.loads(noted.read_text())
    del earlier["settings"]["detail_gain"], earlier["settings"]["network"]["up_1x1"]
    noted.write_text(json.dumps(earlier))
    assert len(run(replace(wanted, images=("odd", "small")), fit=fit).rows) == 2
    with pytest.raises(ValueError, match="detail_gain 1.0 there, 1.3 here"):
        run(replace(wanted, preset=replace(wanted.preset, detail_gain=1.3)), fit=fit)


def test_a_folder_with_other_pixels_of_the_same_name_is_refused(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    Image.new("RGB", (96, 64)).save(images / "odd_GT.png")
    with pytest.raises(ValueError, match="other pixels of odd"):
        run(settings(images, tmp_path / "out", images=("odd",), resume=True), fit=fit)


def test_two_runs_do_not_share_a_folder(images, tmp_path):
    with open_folder(tmp_path / "out", {}, {}, (), resume=False), pytest.raises(ValueError, match="another run"):
        run(settings(images, tmp_path / "out", resume=True), fit=fit)


def test_half_written_files_of_a_killed_run_are_removed(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    (tmp_path / "out" / "checkpoints" / ".small.npz.abc.part").write_bytes(b"half")
    run(settings(images, tmp_path / "out", resume=True), fit=fit)
    assert not list((tmp_path / "out").rglob(".*.part"))


def test_results_without_their_settings_are_refused(images, tmp_path):
    run(settings(images, tmp_path / "out", images=("odd",)), fit=fit)
    (tmp_path / "out" / "settings.json").unlink()
    for resume in (False, True):
        with pytest.raises(ValueError, match="without their settings.json"):
            run(settings(images, tmp_path / "out", seed=3, resume=resume), fit=fit)


@pytest.mark.parametrize("text", ["cat,fast", "x" * 50, "a,b,c,d,e,f,g,h,i,j,k,l,m,n"])
def test_a_damaged_table_is_named(images, tmp_path, text):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    with (out / "results.csv").open("a") as file:
        file.write(text + "\n")
    with pytest.raises(ValueError, match="results.csv can't be read"):
        run(settings(images, out, resume=True), fit=fit)


def test_a_run_on_other_images_is_refused(images, tmp_path):
    run(settings(images, tmp_path / "out"), fit=fit)
    (images / "small_GT.png").rename(images / "other_GT.png")
    with pytest.raises(ValueError, match=r"other images \(small\)"):
        run(settings(images, tmp_path / "out", images=("odd", "other"), resume=True), fit=fit)


def test_members_without_their_settings_are_refused(images, tmp_path):
    (tmp_path / "out" / "members").mkdir(parents=True)
    (tmp_path / "out" / "members" / "odd_0.npz").write_bytes(b"")
    with pytest.raises(ValueError, match="without their settings.json"):
        run(settings(images, tmp_path / "out"), fit=fit)


def test_a_damaged_picture_of_a_finished_image_is_made_again(images, tmp_path):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    whole = (out / "odd.png").read_bytes()
    (out / "odd.png").write_bytes(whole[:50])
    run(settings(images, out, images=("odd",), resume=True), fit=fit)
    assert (out / "odd.png").read_bytes() == whole
