"""The benchmark on small images: what it writes, and that it goes on where it was cut off."""

import csv
import html
import json
import re

import numpy as np
import pytest
from PIL import Image

from paddle_dip.evaluation.benchmark import result_store as store_module
from paddle_dip.evaluation.benchmark import run as run_module
from paddle_dip.evaluation.benchmark.run import run
from paddle_dip.problem.dataset import Source, load_case
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.results import COLUMNS, read_history
from paddle_dip.runs.provenance import provenance
from paddle_dip.solver.fit import fit
from tests.evaluation.benchmark.small import settings


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
    summary = run(settings(images, tmp_path / "out"), fit=fit).summary
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 4 and "<svg" in page and 'type="range"' in page
    links = re.findall(r'(?:src|href)="(?!data:)([^"#][^"]*)"', page)
    assert links == []
    assert f"{summary['seconds']:.0f} seconds, the sum of its fits" in page and f"threads of a fit: {summary['threads']}." in page


def test_a_finished_image_is_not_restored_again(images, tmp_path):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    before = (out / "odd.png").stat().st_mtime_ns
    outcome = run(settings(images, out, resume=True), fit=fit)
    assert [row.image for row in outcome.rows] == ["odd", "small"]
    assert (out / "odd.png").stat().st_mtime_ns == before


def test_each_session_keeps_what_it_was_made_with(images, tmp_path, monkeypatch):
    out = tmp_path / "out"
    run(settings(images, out, images=("odd",)), fit=fit)
    with monkeypatch.context() as context:
        context.setattr(run_module, "provenance", lambda: provenance() | {"commit": "a later one"})
        outcome = run(settings(images, out, images=("small",), resume=True), fit=fit)
    assert [row.image for row in outcome.rows] == ["odd", "small"] and outcome.summary["images"] == 2
    assert [(s["image_names"], s["commit"]) for s in outcome.summary["sittings"]] == [
        (["odd"], provenance()["commit"]),
        (["small"], "a later one"),
    ]
    assert (out / "index.html").read_text().count("data:image/jpeg;base64,") == 4
    rows, summary = joined([read_part(out)])
    assert rows == outcome.rows and summary == outcome.summary


def test_a_finished_run_that_is_begun_again_changes_nothing(images, tmp_path, monkeypatch):
    run(settings(images, tmp_path / "out"), fit=fit)
    before = (tmp_path / "out" / "summary.json").read_bytes()
    monkeypatch.setattr(run_module, "provenance", lambda: provenance() | {"commit": "a later one"})
    run(settings(images, tmp_path / "out", images=("odd",), resume=True), fit=fit)
    assert (tmp_path / "out" / "summary.json").read_bytes() == before


def test_an_image_without_a_word_in_the_summary_counts_to_the_next_session(images, tmp_path):
    out = tmp_path / "out"
    run(settings(images, out), fit=fit)
    told = json.loads((out / "summary.json").read_text())
    told |= {"image_names": ["odd"], "bicubic_bp_psnr_y": {"odd": 30.0}}  # as of before every session told of all images
    told["sittings"][0]["image_names"] = ["odd"]
    (out / "summary.json").write_text(json.dumps(told))
    with pytest.raises(ValueError, match="says nothing of small: go on with that run"):
        read_part(out)
    run(settings(images, out, images=("odd",), resume=True), fit=fit)
    assert [sitting["image_names"] for sitting in read_part(out)[1]["sittings"]] == [["odd"], ["small"]]


@pytest.mark.parametrize(
    ("module", "step"),
    [
        pytest.param(run_module, "write_history", marks=pytest.mark.slow),
        (run_module, "write_rgb"),
        pytest.param(store_module, "write_rows", marks=pytest.mark.slow),
        (store_module, "write_json"),
    ],
)
def test_a_run_that_ends_between_two_files_goes_on_to_the_same_result(images, tmp_path, monkeypatch, module, step):
    whole = run(settings(images, tmp_path / "whole"), fit=fit)
    with monkeypatch.context() as context:
        context.setattr(module, step, lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
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


def test_published_figures_stand_beside_the_published_images_only(images, tmp_path, data_folder):
    Image.open(images / "odd_GT.png").save(images / "face_GT.png")
    heading, _ = run(settings(images, tmp_path / "a", images=("face",)), fit=fit).table
    assert "paper" not in heading and "paddle_dip" in heading
    assert "LapSRN" not in (tmp_path / "a" / "index.html").read_text()
    real = settings(data_folder / "sr" / "Set14", tmp_path / "b", images=("face",))
    heading, lines = run(real, fit=fit).table
    assert lines[0][heading.index("paper")] == "31.020"
    page = html.unescape((tmp_path / "b" / "index.html").read_text())
    assert ('"paper": of the paper' in page, '"LapSRN":' in page) == (True, "LapSRN" in heading)
