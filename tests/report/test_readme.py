"""No figure of README's tables is typed: they are what the result files say."""

import json
import re
from dataclasses import replace

import pytest

from paddle_dip.files import write_text
from paddle_dip.report.readme import benchmark_markdown, fill
from paddle_dip.report.results import read_rows, write_rows
from tests.conftest import ROOT, command


def test_the_tables_are_those_of_the_result_files():
    result = command("tools/update_readme.py", "--check")
    assert result.returncode == 0, result.stderr


def test_fill_replaces_what_stands_between_the_markers():
    assert fill("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new") == "a\n<!-- t -->\nnew\n<!-- /t -->\nb"


def test_a_missing_marker_is_an_error():
    with pytest.raises(ValueError, match="must stand once"):
        fill("no table here", "t", "new")


def test_presets_share_a_table_and_a_mean_of_some_images_is_not_shown(tmp_path):
    recorded = ROOT / "results/set14_x8_fast.csv"
    summary = json.loads(recorded.with_suffix(".json").read_text())
    rows = read_rows(recorded)
    _record(tmp_path / "set14_x8_fast.csv", rows[:2], summary)
    _record(
        tmp_path / "set14_x8_best.csv",
        [replace(rows[0], preset="best", psnr_y=25.0)],
        summary | {"preset": {**summary["preset"], "name": "best"}},
    )
    *_, heading, _, first, second, mean = benchmark_markdown(tmp_path, "set*.csv").splitlines()
    assert heading.endswith("| LapSRN | `fast` | TFLOP | `best` | TFLOP |")
    assert first.endswith(f"| {rows[0].psnr_y:.2f} | 49 | 25.00 | 49 |")
    assert second.endswith(f"| {rows[1].psnr_y:.2f} | 86 | - | - |")
    assert mean.endswith(f"| {(rows[0].psnr_y + rows[1].psnr_y) / 2:.2f} | 68 | - | - |")


def _record(path, rows, summary):
    write_rows(path, rows)
    write_text(path.with_suffix(".json"), json.dumps(summary))


@pytest.mark.parametrize("path", sorted((ROOT / "results").rglob("*.json")), ids=lambda path: path.stem)
def test_no_result_names_a_folder_of_the_machine_that_made_it(path):
    assert not re.findall(r'"(?:/|[A-Z]:)[^"]*"', path.read_text())
