"""What needs no network does its work on every task, and its rows are kept in one table."""

import numpy as np
import pytest
from skimage import data

from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.tasks.baselines import methods, run_baselines
from paddle_dip.evaluation.tasks.pictures import Pictures
from paddle_dip.evaluation.tasks.restoration import Restoration, TaskCase
from paddle_dip.io.images import write_rgb
from paddle_dip.problem.noise_level import jpeg_deviation
from paddle_dip.problem.task_table import task_preset
from paddle_dip.report.results import read_rows
from paddle_dip.report.task_results import BaselineRow, baselines_markdown, compared_markdown, update_baselines


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    write_rgb(folder / "colour.png", data.astronaut()[40:140, 160:280].transpose(2, 0, 1) / 255)
    write_rgb(folder / "grey.png", data.camera()[100:190, 200:280][None] / 255)
    return folder


@pytest.mark.parametrize(("damage", "gain"), [(Damage("restore-pixels", 0.5), 5.0), (Damage("denoise", 25), 2.0)])
def test_each_method_is_above_what_is_given(photos, damage, gain):
    for rows in run_baselines(Restoration(Pictures(damage.task, photos, own=True), damage), ["colour", "grey"]):
        given, *others = rows
        assert given.method == "given" and [row.method for row in others] == list(methods(damage.task))
        assert min(row.psnr for row in others) > given.psnr + gain


def test_what_the_file_tells_raises_every_method(photos):
    asked = Restoration(Pictures("dejpeg", photos, own=True), Damage("dejpeg", 10))
    (rows,) = run_baselines(asked, ["colour"])
    quality = {row.method: row.psnr for row in rows}
    plain = [name for name in quality if f"{name}, projected" in quality]
    assert len(plain) >= 2 and all(quality[f"{name}, projected"] > quality[name] for name in plain)


def test_a_coarser_file_is_taken_for_noisier():
    picture = np.random.default_rng(0).random((1, 32, 32)).astype(np.float32)
    files = [TaskCase("x", picture, Damage("dejpeg", quality)).problem(task_preset("dejpeg")).jpeg for quality in (10, 30, 80)]
    deviations = [255 * jpeg_deviation(file) for file in files]
    assert 20 > deviations[0] > deviations[1] > deviations[2] > 1


def test_rows_take_the_place_of_those_before(tmp_path):
    table = tmp_path / "baselines.csv"
    rows = [BaselineRow(name, "denoise", 25.0, "given", 20.0, 1.0, 0.5, 0.1, 1) for name in ("b", "a")]
    update_baselines(table, rows)
    update_baselines(table, [BaselineRow("a", "denoise", 25.0, "given", 21.0, 1.0, 0.5, 0.1, 1)])
    assert [(row.image, row.psnr) for row in read_rows(table, BaselineRow)] == [("a", 21.0), ("b", 20.0)]


def test_a_mean_stands_only_where_all_images_are_and_each_image_has_its_line(tmp_path):
    figures = [("a", "given", 20.0), ("b", "given", 22.0), ("a", "BM3D", 30.0)]
    rows = [BaselineRow(name, "denoise", 25.0, method, psnr, 1.0, 0.5, 0.1, 1) for name, method, psnr in figures]
    update_baselines(tmp_path / "tasks_baselines.csv", rows)
    assert baselines_markdown(tmp_path).splitlines()[-1] == "| denoise-25 | 2 | - | 21.00 |"
    heading, _, *lines = compared_markdown(tmp_path, "denoise-25").splitlines()
    assert heading == "| image | BM3D | given |" and lines == ["| a | 30.00 | 20.00 |", "| b | - | 22.00 |"]
