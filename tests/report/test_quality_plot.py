"""The plot of quality against time says what the recorded runs say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.report.merge_runs import read_part
from paddle_dip.report.quality_plot import quality_beside, quality_levels, quality_plot, quality_points
from paddle_dip.report.recorded_run import read_run
from paddle_dip.report.results import write_rows
from tests.conftest import ROOT


@pytest.fixture
def results(tmp_path):
    """Recorded runs: "fast" of all images, 60 seconds each on one core; "paper" of two, 600 seconds each on two."""
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    record(tmp_path, "fast", [replace(row, seconds=60.0) for row in rows], summary)
    few = [replace(row, preset="paper", seconds=600.0) for row in rows if row.image in ("comic", "face")]
    record(tmp_path, "paper", few, summary, threads=2)
    return tmp_path


def record(folder, name, rows, summary, **session):
    told = summary["sittings"][0] | {"threads": 1, "device": "cpu", "image_names": [row.image for row in rows]} | session
    summary = summary | {"preset": summary["preset"] | {"name": name}, "sittings": [told], "image_names": told["image_names"]}
    write_rows(folder / f"set14_x8_{name}.csv", rows)
    (folder / f"set14_x8_{name}.json").write_text(json.dumps(summary))


def runs(folder):
    return [read_run(path) for path in sorted(folder.glob("*.csv"))]


def test_a_whole_run_is_its_images_mean(results):
    fast = quality_points(runs(results))[0]
    rows = read_part(results / "set14_x8_fast.csv")[0]
    assert (fast.label, fast.minutes) == ("fast", pytest.approx(1))
    assert fast.psnr_y == pytest.approx(np.mean([row.psnr_y for row in rows]))


def test_the_paper_s_recipe_has_its_published_quality_and_the_time_of_all_images(results):
    paper = quality_points(runs(results))[1]
    assert paper.label == "paper (published)" and paper.psnr_y == pytest.approx(24.15, abs=0.01)
    arithmetic = {row.image: row.tflop for row in read_part(results / "set14_x8_fast.csv")[0]}
    larger = np.mean(list(arithmetic.values())) / np.mean([arithmetic["comic"], arithmetic["face"]])
    assert paper.minutes == pytest.approx(20 * larger) and larger > 2


def test_other_parts_of_a_run_and_runs_on_gpus_are_left_out(results):
    rows, summary = read_part(results / "set14_x8_fast.csv")
    record(results, "quick", rows[:3], summary)
    record(results, "best", rows, summary, device="gpu:0 a GPU")
    assert [point.label for point in quality_points(runs(results))] == ["fast", "paper (published)"]


def test_what_takes_a_moment_or_a_training_is_a_level(results):
    levels = quality_levels(runs(results))
    assert [round(level, 2) for level in levels.values()] == [23.24, 23.56, 24.35] and "LapSRN" in list(levels)[-1]


def test_the_same_runs_give_the_same_plot(results):
    plot = quality_plot(results, "set14", 8)
    assert plot == quality_plot(results, "set14", 8)
    assert all(f">{words}<" in plot for words in ("fast: 24.37", "paper (published): 24.15", "bicubic: 23.24"))


def test_without_a_preset_of_ours_there_is_none(results):
    (results / "set14_x8_fast.csv").unlink()
    with pytest.raises(InputError, match="results hold no run of"):
        quality_plot(results, "set14", 8)


def test_a_run_of_the_same_images_is_set_off_beside_the_recorded_ones(results):
    run = replace(runs(results)[0], name="this run")
    plot = quality_beside(run)
    assert ">this run: 24.37<" in plot and ">fast: 24.44<" in plot and ">paper (published): 24.15<" in plot


def test_a_run_of_other_images_or_on_a_gpu_is_in_no_plot(results):
    run = runs(results)[0]
    assert quality_beside(replace(run, rows={name: run.rows[name] for name in ("comic", "face")})) == ""
    assert quality_beside(replace(run, summary=run.summary | {"factor": 4})) == ""
    on_gpu = [session | {"device": "gpu:0 a GPU"} for session in run.summary["sittings"]]
    assert quality_beside(replace(run, summary=run.summary | {"sittings": on_gpu})) == ""
