"""The ground truths are known by name, or by their bytes; what AI Studio mounts is found and never unpacked."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from paddle_dip.problem import ground_truth as truths
from paddle_dip.problem.dataset import find_source, image_names, is_benchmark_image, load_truth
from paddle_dip.problem.ground_truth import checksums, ground_truth_files, mounted_ground_truth


@pytest.fixture
def mounted(tmp_path, monkeypatch) -> Path:
    """AI Studio's folder of data sets, and nothing in the other usual places."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("PADDLE_DIP_DATA", raising=False)
    monkeypatch.setattr(truths, "MOUNTED", tmp_path / "data")
    return tmp_path / "data"


def photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64)).save(path)


def test_files_are_known_by_their_names(tmp_path):
    for name in ("b_GT.png", "a_GT.png", "a.png", "img_001_SRF_4_HR.png"):
        photo(tmp_path / name)
    assert ground_truth_files(tmp_path) == {"a": tmp_path / "a_GT.png", "b": tmp_path / "b_GT.png"}
    assert ground_truth_files(tmp_path / "none") == {}


def test_the_sources_own_files_are_known_by_their_bytes(data_folder, tmp_path):
    for name in ("zebra", "comic"):
        source = Path(checksums()[f"Set14/{name}_GT.png"]["source"]).name
        shutil.copy(data_folder / "sr" / "Set14" / f"{name}_GT.png", tmp_path / source)
    photo(tmp_path / "img_001_SRF_4_HR.png")  # the name of Set14's baboon and of Set5's baby, and neither
    source = find_source(str(tmp_path))
    assert image_names(source) == ["comic", "zebra"]
    assert is_benchmark_image(source, "comic") and load_truth(source, "comic", 8).shape == (360, 248, 3)


@pytest.mark.parametrize("place", ["data123/Set14", "data123/SR/set14/HR", "Set14"])
def test_a_mounted_set14_is_found_and_named(mounted, place):
    photo(mounted / place / "zebra_GT.png")
    source = find_source(None)
    assert (
        source.folder == mounted / place and source.words == f"{mounted / place} (found in your home, where AI Studio mounts data)"
    )


def test_other_mounted_sets_are_left_alone(mounted):
    photo(mounted / "data9" / "Set5" / "head_GT.png")
    photo(mounted / "data9" / "a" / "b" / "c" / "d" / "Set14" / "zebra_GT.png")  # too deep: a data set may hold millions of files
    (mounted / "data9" / "Set14").mkdir()
    assert mounted_ground_truth() is None and find_source(None).folder is None


def test_the_usual_places_come_first(mounted):
    photo(mounted / "Set14" / "zebra_GT.png")
    photo(Path("datas/sr/Set14/zebra_GT.png"))
    assert find_source(None).words == "datas/sr/Set14"


def test_an_archive_is_pointed_out_and_not_unpacked(mounted):
    (mounted / "data7").mkdir(parents=True)
    (mounted / "data7" / "Set14.zip").write_bytes(b"")
    source = find_source(None)
    assert source.folder is None and f"{mounted / 'data7' / 'Set14.zip'} isn't unpacked" in source.words
    assert [path.name for path in mounted.rglob("*")] == ["data7", "Set14.zip"]
