"""Where the benchmark's images are found, and what the protocol makes of them."""

import numpy as np
import pytest
from PIL import Image

from paddle_dip.problem.dataset import find_source, load_case


def test_looks_in_the_usual_places_in_turn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PADDLE_DIP_DATA", raising=False)
    assert find_source(None).folder is None
    with pytest.raises(ValueError, match="fetch_data"):
        find_source("set14")
    for place in (tmp_path / "shared" / "sr" / "Set14", tmp_path / "datas" / "sr" / "Set14"):
        place.mkdir(parents=True)
        Image.new("RGB", (64, 64)).save(place / "x_GT.png")
        monkeypatch.setenv("PADDLE_DIP_DATA", str(tmp_path / "shared"))
        assert find_source(None).folder.resolve() == find_source("set14").folder.resolve() == place
    assert find_source("embedded").folder is None


def test_where_images_were_found_is_said_so_that_another_machine_understands(tmp_path, monkeypatch):
    monkeypatch.setenv("PADDLE_DIP_DATA", str(tmp_path / "shared"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    words = {}
    for folder in ("shared/sr/Set5", "home/data/Set14", "else/where"):
        (tmp_path / folder).mkdir(parents=True)
        Image.new("RGB", (64, 64)).save(tmp_path / folder / "x_GT.png")
        words[folder] = find_source(str(tmp_path / folder)).words
    assert words["shared/sr/Set5"] == "$PADDLE_DIP_DATA/sr/Set5 (asked for)"
    assert words["home/data/Set14"] == "~/data/Set14 (asked for)"
    assert words["else/where"] == f"{tmp_path / 'else/where'} (asked for)"
    monkeypatch.chdir(tmp_path / "home")
    assert find_source("data/Set14").words == "data/Set14 (asked for)"


def test_the_embedded_photos_are_there():
    for name in ("astronaut", "camera", "cat", "coffee"):
        case = load_case(find_source("embedded"), name, 8)
        assert case.truth.shape == (3, 256, 256) and case.low.shape == (3, 32, 32)


def test_real_images_follow_the_protocol(data_folder):
    source = find_source(str(data_folder / "sr" / "Set14"))
    baboon, bridge = (load_case(source, name, 8) for name in ("baboon", "bridge"))
    assert baboon.truth.shape == (3, 480, 480) and baboon.low.shape == (3, 60, 60)
    assert np.array_equal(bridge.truth[0], bridge.truth[2])
