"""The tasks' benchmark on small pictures: what it writes, scores and records, and that it goes on to the same bits."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from paddle_dip.evaluation.benchmark.run import Settings, run
from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.tasks.pictures import PICTURES, Pictures, find_pictures
from paddle_dip.evaluation.tasks.restoration import Restoration
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.task_table import task_preset
from paddle_dip.report.merge_runs import read_part
from paddle_dip.report.results import read_history, read_rows
from paddle_dip.report.task_results import TASK_RESULTS, TaskPoint, TaskRow, record_tasks
from paddle_dip.solver.fit import fit

SMALL = {"network": SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(2,) * 3, input_depth=4), "steps": 6}
DAMAGES = [Damage("restore-pixels", 0.5), Damage("inpaint", 0), Damage("denoise", 25), Damage("dejpeg", 10)]


def settings(pictures, out, damage, **changes) -> Settings:
    asked = Restoration(Pictures(damage.task, pictures, own=True), damage)
    preset = replace(task_preset(damage.task), **SMALL)
    return replace(Settings(asked, ("colour", "grey"), preset, 0, out, grid_every=3), **changes)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.task)
def test_each_task_leaves_rows_pictures_and_a_page(pictures, tmp_path, damage):
    out = tmp_path / "out"
    outcome = run(settings(pictures, out, damage), fit=fit)
    rows = read_rows(out / "results.csv", TaskRow)
    assert [(row.image, row.task, row.amount) for row in rows] == [
        (name, damage.task, damage.amount) for name in ("colour", "grey")
    ]
    for row in rows:
        truth = np.asarray(Image.open(pictures / f"{row.image}.png"), float).reshape(-1, *([3] if row.image == "colour" else [1])).T
        stored = np.asarray(Image.open(out / f"{row.image}.png"), float).reshape(truth.T.shape).T
        assert row.psnr == pytest.approx(psnr(stored / 255, truth / 255), abs=1e-4)
        assert math.isnan(row.psnr_holes) == (damage.task in ("denoise", "dejpeg"))
        history = read_history(out / "history" / f"{row.image}.csv", TaskPoint)
        assert [point.step for point in history] == list(range(1, 7))
        assert row.oracle_psnr == max(point.psnr_average for point in history) and history[-1].psnr == row.psnr
    page = (out / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 4 and f"{outcome.summary['mean_psnr']:.3f} dB" in page
    assert outcome.summary["task"] == damage.task and outcome.summary["mean_given_psnr"] > 5


def test_known_pixels_are_kept_and_only_the_holes_tell_the_whole_apart(pictures, tmp_path):
    (row, _) = run(settings(pictures, tmp_path / "out", Damage("inpaint", 0)), fit=fit).rows
    share = 60 / (59 * 45)
    assert row.psnr - row.psnr_holes == pytest.approx(-10 * math.log10(share), abs=0.05)


def test_the_truth_does_not_touch_the_result(pictures, tmp_path):
    """The oracle only reads: other pixels in the holes give the same picture."""
    damage = Damage("inpaint", 0)
    first = run(settings(pictures, tmp_path / "a", damage, images=("colour",)), fit=fit).rows[0]
    pixels = np.asarray(Image.open(pictures / "colour.png")).copy()
    pixels[10:16, 20:30] = 0
    Image.fromarray(pixels).save(pictures / "colour.png")
    second = run(settings(pictures, tmp_path / "b", damage, images=("colour",)), fit=fit).rows[0]
    assert (tmp_path / "a" / "colour.png").read_bytes() == (tmp_path / "b" / "colour.png").read_bytes()
    assert first.oracle_psnr != second.oracle_psnr


@pytest.mark.parametrize("damage", DAMAGES[2:], ids=lambda damage: damage.task)
def test_a_run_that_is_cut_off_goes_on_to_the_same_bits(pictures, tmp_path, damage):
    def cut(*arguments, **options):
        for snapshot in fit(*arguments, **options):
            if snapshot.step == 4:
                raise KeyboardInterrupt
            yield snapshot

    whole = run(settings(pictures, tmp_path / "whole", damage), fit=fit)
    with pytest.raises(KeyboardInterrupt):
        run(settings(pictures, tmp_path / "cut", damage, checkpoint_seconds=0), fit=cut)
    resumed = run(settings(pictures, tmp_path / "cut", damage, resume=True), fit=fit)
    assert resumed.rows[0].resumed_at_step == 3
    assert [(row.psnr, row.oracle_psnr) for row in resumed.rows] == [(row.psnr, row.oracle_psnr) for row in whole.rows]
    for name in ("colour.png", "history/colour.csv", "grids/colour_00006.png"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_another_damage_does_not_go_on_in_the_folder(pictures, tmp_path):
    run(settings(pictures, tmp_path / "out", Damage("denoise", 25), images=("grey",)), fit=fit)
    with pytest.raises(ValueError, match="amount 25 there, 50 here"):
        run(settings(pictures, tmp_path / "out", Damage("denoise", 50), images=("grey",), resume=True), fit=fit)


def test_an_ensemble_counts_once(pictures, tmp_path):
    pair = replace(task_preset("denoise"), **SMALL, members=2)
    outcome = run(settings(pictures, tmp_path / "out", Damage("denoise", 25), images=("grey",), preset=pair), fit=fit)
    rows = read_rows(tmp_path / "out" / "results.csv", TaskRow)
    assert [row.seed for row in rows] == ["ensemble", "0", "1"] and len(outcome.rows) == 1
    assert rows[0].oracle_psnr == max(row.oracle_psnr for row in rows[1:])


def test_runs_are_recorded_in_one_table_and_the_last_counts(pictures, tmp_path):
    table = tmp_path / "tasks.csv"
    for number, damage in enumerate((Damage("denoise", 25), Damage("dejpeg", 10))):
        run(settings(pictures, tmp_path / str(number), damage), fit=fit)
    assert len(record_tasks([tmp_path / "0"], table)) == 2
    assert len(record_tasks([tmp_path / "0", tmp_path / "1"], table)) == 4
    rows = read_rows(table, TaskRow)
    assert [(row.task, row.image) for row in rows] == [(t, i) for t in ("dejpeg", "denoise") for i in ("colour", "grey")]
    again = run(settings(pictures, tmp_path / "2", Damage("denoise", 25), images=("grey",), grid_every=7), fit=fit)
    assert record_tasks([tmp_path / "2"], table)[3].seconds == again.rows[0].seconds
    assert read_part(tmp_path / "1", TASK_RESULTS)[1]["task"] == "dejpeg"


def test_a_task_has_its_pictures(data_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PADDLE_DIP_DATA", str(data_folder))
    for task, names in PICTURES.items():
        found = find_pictures(task)
        assert tuple(found.names()) == names
        picture, holes = found.load(names[0])
        assert picture.shape[1:] == (512, 512) or task == "dejpeg"
        assert (holes is not None) == (task == "inpaint")
    monkeypatch.setenv("PADDLE_DIP_DATA", str(tmp_path))
    assert "F16" not in find_pictures("denoise").names() and "cat" in find_pictures("denoise").names()
    with pytest.raises(ValueError, match="no picture for inpaint"):
        find_pictures("inpaint")
