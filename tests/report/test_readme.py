"""No figure in the tables of README and the site is typed: they are what the result files say."""

import json
import re
from dataclasses import replace

import pytest

from paddle_dip.io.files import write_text
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import completed
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.readme import benchmark_markdown, fill, summary_markdown
from paddle_dip.report.results import write_rows
from tests.conftest import ROOT, command


def test_the_tables_are_those_of_the_result_files():
    result = command("tools/update_readme.py", "--check")
    assert result.returncode == 0, result.stderr


def test_fill_replaces_what_stands_between_the_markers():
    assert fill("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new") == "a\n<!-- t -->\nnew\n<!-- /t -->\nb"


def test_a_missing_marker_is_an_error():
    with pytest.raises(ValueError, match="must stand once"):
        fill("no table here", "t", "new")


@pytest.mark.parametrize(("language", "words"), [("en", "about 6 hours"), ("zh", "约 6 小时")])
def test_the_small_table_has_the_presets_the_paper_and_what_is_trained(tmp_path, language, words):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    rows = [replace(row, seconds=90.0) for row in rows]
    _record(tmp_path / "set14_x8_fast.csv", rows, summary)
    larger = 14 / sum(row.tflop for row in rows)  # of an image than the mean, times its arithmetic
    few = [replace(row, preset="paper", seconds=6 * 3600 * larger * row.tflop) for row in rows if row.image in ("comic", "face")]
    paper = summary["preset"] | {"name": "paper"}
    sittings = [summary["sittings"][0] | {"image_names": [row.image for row in few]}]
    _record(tmp_path / "set14_x8_paper.csv", few, summary | {"preset": paper, "sittings": sittings})
    heading, _, bicubic, fast, published, trained = summary_markdown(tmp_path, language).splitlines()
    assert "| 23.24 |" in bicubic and fast.startswith("| `fast` |") and "90" in fast.split("|")[-2]
    assert "| 24.15 |" in published and words in published and "| 24.35 |" in trained


def test_presets_share_a_table_and_a_mean_of_some_images_is_not_shown(tmp_path):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    _record(tmp_path / "set14_x8_fast.csv", rows[:2], summary)
    best = {"preset": summary["preset"] | {"name": "best"}}
    _record(tmp_path / "set14_x8_best.csv", [replace(rows[0], psnr_y=25.0)], summary | best)
    *_, heading, _, first, second, mean = benchmark_markdown(tmp_path, "set*.csv").splitlines()
    assert heading.endswith("| LapSRN | `fast` | TFLOP of `fast` | `best` | TFLOP of `best` |")
    assert first.endswith(f"| {rows[0].psnr_y:.2f} | 49 | 25.00 | 49 |")
    assert second.endswith(f"| {rows[1].psnr_y:.2f} | 86 | - | - |")
    assert mean.endswith(f"| {(rows[0].psnr_y + rows[1].psnr_y) / 2:.2f} | 68 | - | - |")


def test_time_is_told_in_that_of_one_core_whatever_each_session_had(tmp_path):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    rows = [replace(row, seconds=60.0) for row in rows[:3]]
    sessions = [summary["sittings"][0] | {"threads": 2, "image_names": [rows[0].image]}]
    sessions += [summary["sittings"][0] | {"threads": 1, "image_names": [rows[1].image, rows[2].image]}]
    _record(tmp_path / "set14_x8_fast.csv", rows, summary | {"sittings": sessions})
    assert "in the mean of its 3 images; 4 core-minutes (" in benchmark_markdown(tmp_path, "set*.csv")
    sessions[0] |= {"device": "gpu:0 a GPU"}
    _record(tmp_path / "set14_x8_fast.csv", rows, summary | {"sittings": sessions})
    assert "; 1 GPU-minutes and 2 core-minutes (" in benchmark_markdown(tmp_path, "set*.csv")


def test_a_stopped_run_is_told_as_one(tmp_path):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    stopped = summary["preset"] | {"average": "none", "stop": "emv"}
    _record(tmp_path / "set14_x8_fast.csv", rows[:1], summary | {"preset": stopped})
    told = benchmark_markdown(tmp_path, "set*.csv")
    assert "at most 1860 steps, ended by `emv`, average of the outputs" in told
    assert f" dB in its one image, {rows[0].image};" in told


def _record(path, rows, summary):
    told = joined([(rows, summary)])[1]
    write_rows(path, rows)
    write_text(path.with_suffix(".json"), json.dumps(told))


@pytest.mark.parametrize("path", sorted((ROOT / "results").rglob("*.json")), ids=lambda path: path.stem)
def test_no_result_names_a_folder_of_the_machine_that_made_it(path):
    assert not re.findall(r'"(?:/|[A-Z]:)[^"]*"', path.read_text())


def test_an_ensemble_names_its_first_and_last_seed(tmp_path):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    for members, told in ((2, "ensemble of seeds 0 and 1"), (12, "ensemble of seeds 0 to 11")):
        preset = summary["preset"] | {"members": members}
        _record(tmp_path / "set14_x8_fast.csv", rows[:1], summary | {"preset": preset})
        assert told in benchmark_markdown(tmp_path, "set*.csv")


def test_all_passes_of_non_local_means_are_told_and_none_where_there_is_none(tmp_path):
    rows, summary = read_part(ROOT / "results/set14_x8_former-fast.csv")
    for strength, passes, reach, told in (
        (0.06, 1, 9, "1860 steps, average of the outputs, details x1.3, non-local means 0.06, seed"),
        (0.06, 3, 9, "means 0.06 then 0.03 then 0.015, seed"),
        (0.06, 2, 21, "means 0.06 then 0.03, the first 21 pixels far, seed"),
        (0, 3, 21, "details x1.3, seed"),
    ):
        preset = summary["preset"] | {"non_local_means": strength, "non_local_means_passes": passes, "non_local_means_reach": reach}
        _record(tmp_path / "set14_x8_fast.csv", rows[:1], summary | {"preset": preset})
        assert told in benchmark_markdown(tmp_path, "set*.csv")


@pytest.mark.parametrize("factor", [8, 4])
@pytest.mark.parametrize("page", ["docs/deviations.md", "docs/deviations.zh.md"])
def test_the_former_fast_is_what_the_site_sets(factor, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    words, more = re.findall(r"`((?:--set\s+\S+\s*)+)`", text[text.index("`--set optimiser=adam") :])[:2]
    changes = [change for change in f"{words} {more if factor == 4 else ''}".split() if change != "--set"]
    recorded = completed(read_part(ROOT / f"results/set14_x{factor}_former-fast.csv")[1]["preset"])
    now = overridden(super_resolution_preset("fast", factor), [*changes, "precision=bf16"]).settings()
    assert now | {"soap_renewal": 10} == recorded  # which Adam doesn't read
