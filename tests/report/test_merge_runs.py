"""Sittings become one result, whatever machine they were on, but only where they are of one setting."""

import copy
import json
from dataclasses import replace

import pytest

from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.results import ENSEMBLE, ResultRow, final_rows, summarise, write_rows

PRESET = {"name": "fast", "steps": 3, "final_input": "clean", "average": "ema", "network": {"down": [64, 64], "pad": "reflect"}}
MADE = dict.fromkeys(("data", "paddle_dip", "commit", "python", "packages", "paddle", "place", "operators"), "x")


def row(image: str, psnr: float, seed: str = "0") -> ResultRow:
    return ResultRow(image, "fast", 8, seed, 3, 0.5, psnr, psnr - 1, 0.5, 20.0, 60.0, 20.0, 100.0, 0)


def part(device: str, *rows: ResultRow):
    made = MADE | {"device": device, "threads": 2}
    return list(rows), summarise(list(rows), {r.image: 21.0 for r in rows}, copy.deepcopy(PRESET), made)


def test_an_ensemble_stands_for_its_own_members_alone():
    members = [row("face", 30, "0"), row("face", 31, "1"), row("face", 32, ENSEMBLE)]
    other = replace(row("face", 29), preset="quick")
    assert final_rows([*members, other]) == [members[2], other]


def test_rows_are_by_name_and_the_last_part_wins():
    rows, summary = joined([part("a", row("zebra", 20), row("face", 30)), part("b", row("comic", 10), row("face", 31))])
    assert [(r.image, r.psnr_y) for r in rows] == [("comic", 10), ("face", 31), ("zebra", 20)]
    assert summary["mean_psnr_y"] == pytest.approx(61 / 3) and summary["images"] == 3
    assert summary["device"] == "a; b" and summary["threads"] == 2
    assert [session["image_names"] for session in summary["sittings"]] == [["zebra"], ["comic", "face"]]


def test_a_joined_result_can_be_joined_again(tmp_path):
    rows, summary = joined([part("a", row("zebra", 20)), part("b", row("comic", 10))])
    write_rows(tmp_path / "r.csv", rows)
    (tmp_path / "r.json").write_text(json.dumps(summary))
    rows, summary = joined([read_part(tmp_path / "r.csv"), part("c", row("face", 30))])
    assert [session["device"] for session in summary["sittings"]] == ["a", "b", "c"] and len(rows) == 3


def test_an_ensemble_counts_once():
    members = (row("face", 29, ENSEMBLE), row("face", 28, "0"), row("face", 27, "1"))
    others = (row("comic", 19, ENSEMBLE), row("comic", 18, "0"), row("comic", 17, "1"))
    rows, summary = joined([part("a", *members), part("a", *others)])
    assert len(rows) == 6 and summary["mean_psnr_y"] == pytest.approx(24) and summary["seeds"] == [0, 1]


def test_ensembles_of_other_seeds_do_not_go_together():
    with pytest.raises(ValueError, match=r"seeds is \[0\] in one, \[100\] in another"):
        joined(
            [part("a", row("face", 29, ENSEMBLE), row("face", 28, "0")), part("a", row("man", 24, ENSEMBLE), row("man", 23, "100"))]
        )


def test_a_setting_that_one_side_lacks_is_no_difference_but_another_value_is():
    newer, other = part("b", row("comic", 10)), part("c", row("man", 10))
    newer[1]["preset"]["learn_input"] = False  # its default
    assert joined([part("a", row("face", 30)), newer])[1]["preset"]["learn_input"] is False
    other[1]["preset"]["network"]["down"] = [128, 128]
    with pytest.raises(ValueError, match="network.down is"):
        joined([part("a", row("face", 30)), other])
    newer[1]["preset"]["learn_input"] = True
    with pytest.raises(ValueError, match="learn_input is False in one, True in another"):
        joined([part("a", row("face", 30)), newer])


def test_something_else_than_a_summary_is_refused(tmp_path):
    write_rows(tmp_path / "r.csv", [row("face", 30)])
    for text in ("{", "[]", "{}"):
        (tmp_path / "r.json").write_text(text)
        with pytest.raises(ValueError, match="r.json can't be read"):
            read_part(tmp_path / "r.csv")


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no finished image"):
        read_part(tmp_path)
