"""The paper's metric on files: the published averages, to three decimals."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from paddle_dip.report.scores import AFTER, mean_score, score_folder
from tests.conftest import assert_refused, command


@pytest.mark.parametrize(("suffix", "published"), [("_deep_prior_005", 24.153), ("_LapSRN", 24.355)])
def test_reproduces_the_published_average(data_folder, suffix, published):
    scores = score_folder(data_folder / "sr/Set14", data_folder / "sr/paper_outputs/Set14_x8", suffix, 8)
    assert len(scores) == 14
    assert round(mean_score(scores).psnr_y, 3) == published


def test_back_projection_helps_the_published_images_and_refinement_adds_nothing_to_them(data_folder):
    folders = data_folder / "sr/Set14", data_folder / "sr/paper_outputs/Set14_x8", "_deep_prior_005", 8
    plain, projected, refined = (score_folder(*folders, images=["bridge", "lenna"], after=after) for after in AFTER)
    assert all(a.psnr_y > b.psnr_y + 0.05 for a, b in zip(projected, plain, strict=True))
    assert all(a.psnr_y < b.psnr_y for a, b in zip(refined, projected, strict=True))


def test_what_is_done_first_is_one_of_three(folders):
    options = ("--reference", folders / "truth", "--restored", folders / "ours", "--after", "lunch")
    assert_refused(command("tools/score_images.py", *options), "nothing, back-projection, refinement")


@pytest.fixture
def folders(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "truth").mkdir()
    (tmp_path / "ours").mkdir()
    for name in ("a", "b"):
        truth = random.integers(0, 256, (75, 101, 3)).astype(np.uint8)
        noisy = (truth * 0.9).astype(np.uint8)
        Image.fromarray(truth).save(tmp_path / "truth" / f"{name}_GT.png")
        Image.fromarray(noisy).save(tmp_path / "ours" / f"{name}.png")
    return tmp_path


def test_a_truth_sized_image_and_its_crop_score_alike(folders):
    whole = score_folder(folders / "truth", folders / "ours", "", 8)
    for name in ("a", "b"):
        image = np.asarray(Image.open(folders / "ours" / f"{name}.png"))
        # x8 truth: 72x96 from the top-left corner; its centre crop to multiples of 32: 64x96.
        Image.fromarray(image[4:68, :96]).save(folders / "ours" / f"{name}.png")
    assert score_folder(folders / "truth", folders / "ours", "", 8) == whole


def test_our_own_crop_scores_at_a_factor_that_does_not_divide_it(folders):
    for name in ("a", "b"):
        image = np.asarray(Image.open(folders / "ours" / f"{name}.png"))
        Image.fromarray(image[5:69, 2:98]).save(folders / "ours" / f"{name}.png")  # x3 truth: 75x99; its crop: 64x96
    assert len(score_folder(folders / "truth", folders / "ours", "", 3)) == 2


def test_some_images_are_scored_where_others_are_missing(folders):
    whole = score_folder(folders / "truth", folders / "ours", "", 8)
    (folders / "ours" / "a.png").unlink()
    assert score_folder(folders / "truth", folders / "ours", "", 8, images=["b"]) == whole[1:]
    with pytest.raises(ValueError, match="--images must be of a, b, not c"):
        score_folder(folders / "truth", folders / "ours", "", 8, images=["b", "c"])


def test_command_writes_the_scores_as_json(folders):
    result = command(
        "tools/score_images.py", "--reference", folders / "truth", "--restored", folders / "ours", "--json", folders / "s.json"
    )
    assert result.returncode == 0, result.stderr
    written = json.loads((folders / "s.json").read_text())
    assert written["images"] == 2 and {s["image"] for s in written["scores"]} == {"a", "b"}
    assert written["mean_psnr_y"] == pytest.approx(np.mean([s["psnr_y"] for s in written["scores"]]))
    assert f"{written['mean_psnr_y']:.3f}" in result.stdout


def test_a_perfect_image_is_valid_json(folders):
    for name in ("a", "b"):
        shutil.copy(folders / "truth" / f"{name}_GT.png", folders / "ours" / f"{name}.png")
    command("tools/score_images.py", "--reference", folders / "truth", "--restored", folders / "ours", "--json", folders / "s.json")
    assert json.loads((folders / "s.json").read_text())["mean_psnr_y"] is None


def test_bad_folders_are_refused(folders):
    (folders / "ours" / "b.png").unlink()
    tool = ("tools/score_images.py", "--reference", folders / "truth", "--restored", folders / "ours", "--json", folders / "s.json")
    assert_refused(command(*tool), "b.png")
    Image.new("RGB", (10, 10)).save(folders / "ours" / "b.png")
    assert_refused(command(*tool), "b.png", "10x10")
    assert_refused(command("tools/score_images.py", "--reference", folders, "--restored", folders / "ours"), "--reference")
    assert not (folders / "s.json").exists()
