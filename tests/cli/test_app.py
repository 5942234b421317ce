"""The commands as a person types them, with good input and with bad."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from paddle_dip.cli import app as cli
from paddle_dip.io.images import Photo, read_photo, write_photo
from tests.conftest import ROOT, assert_refused, command, process

CLI = ("-m", "paddle_dip")


def test_the_tests_own_process_gives_what_a_new_one_gives(tmp_path):
    (tmp_path / "warning.py").write_text("import sys, warnings\nprint(sys.argv[1:])\nwarnings.warn('look')\nsys.exit(3)\n")
    for words in ((tmp_path / "warning.py", "a"), (*CLI, "denoise", tmp_path / "none.png", "--out", tmp_path / "out.png")):
        here, apart = command(*words), process(*words)
        assert (here.returncode, here.stdout, here.stderr) == (apart.returncode, apart.stdout, apart.stderr)
        assert here.returncode and here.stderr


def shown(channels: int, *, alpha: bool = False, bits: int = 8) -> Photo:
    rows, columns = np.mgrid[0:13, 0:9] / 13
    planes = [0.5 + 0.4 * np.sin(4 * rows + c) * np.cos(5 * columns) for c in range(channels)]
    return Photo(np.stack(planes), np.where(rows > 0.5, 1.0, 0.25) if alpha else None, bits)


@pytest.mark.parametrize(
    "photo",
    [shown(3), shown(1, bits=16), shown(3, alpha=True, bits=16)],
    ids=["colour", "grey, 16 bits", "colour with alpha, 16 bits"],
)
def test_super_resolve_keeps_the_kind_of_photo(tmp_path, photo):
    write_photo(tmp_path / "in.png", photo)
    result = command(*CLI, "super-resolve", tmp_path / "in.png", "--factor", 3, "--steps", 2, "--out", tmp_path / "out.png")
    assert result.returncode == 0, result.stderr
    high = read_photo(tmp_path / "out.png")
    assert high.pixels.shape == (len(photo.pixels), 39, 27) and high.bits == photo.bits
    assert (high.alpha is None) == (photo.alpha is None)
    if photo.alpha is not None:
        assert high.alpha.min() >= 0 and abs(high.alpha[2, 2] - 0.25) < 0.02 and high.alpha[-1, -1] == 1


def test_same_seed_same_file(tmp_path):
    write_photo(tmp_path / "in.png", shown(3))
    files = []
    for name, seed, run in [("a.png", 1, command), ("b.png", 1, process), ("c.png", 2, command)]:
        run(*CLI, "super-resolve", tmp_path / "in.png", "--steps", 2, "--seed", seed, "--out", tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] != files[2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--factor", 0), "error: --factor must"),
        (("--factor=1",), "error: --factor must"),
        (("--factor", 2.5), "--factor"),
        (("--steps", 0), "--steps"),
        (("--steps", -5), "--steps"),
        (("--seed", -1), "--seed"),
        (("--preset", "slow"), "error: --preset must be one of best, fast, quick, paper"),
        (("--stop", "sigma"), "error: --stop sigma is for"),
        (("--preset", "paper", "--factor", 3), "even factor"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_bad_options_are_refused(tmp_path, options, words):
    write_photo(tmp_path / "in.png", shown(3))
    assert_refused(command(*CLI, "super-resolve", tmp_path / "in.png", *options, "--out", tmp_path / "out.png"), words)
    assert not (tmp_path / "out.png").exists()


def make_bomb(path, side):
    Image.new("1", (side, side)).save(path)


def make_truncated(path):
    write_photo(path, shown(3))
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "doesn't exist"),
        (lambda path: path.write_text("hello"), "not an image"),
        (make_truncated, "cut off"),
        (lambda path: write_photo(path, Photo(np.ones((3, 1, 1)))), "in.png is 1x1"),
        (lambda path: make_bomb(path, 10_000), "million"),
        (lambda path: make_bomb(path, 20_000), "million"),
    ],
    ids=["missing", "text", "truncated", "1x1", "bomb that Pillow warns of", "bomb"],
)
def test_bad_photos_are_refused(tmp_path, make, words):
    make(tmp_path / "in.png")
    assert_refused(
        command(*CLI, "super-resolve", tmp_path / "in.png", "--steps", 1, "--out", tmp_path / "results" / "out.png"), words
    )
    assert not (tmp_path / "results").exists()


def test_a_bad_place_for_the_result_is_refused_before_the_work(tmp_path):
    write_photo(tmp_path / "in.png", shown(3))
    (tmp_path / "folder.png").mkdir()
    places = {"in.png/out.png": "output folder", "out.xyz": ".png, .jpg", "folder.png": "is a folder"}
    for name, words in places.items():
        out = tmp_path / name
        assert_refused(command(*CLI, "super-resolve", tmp_path / "in.png", "--out", out), words)


def test_ctrl_c_while_it_loads_is_no_traceback():
    code = (
        "import runpy, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "runpy.run_module('paddle_dip', run_name='__main__')"
    )
    result = process("-c", code)
    assert (result.returncode, result.stderr) == (130, "error: interrupted\n")


PARAMETERS = {
    "skip": 2_217_831,
    "skip-64": 572_455,
    "skip-64-coarse": 562_215,
    "skip-48": 328_791,
    "skip-32": 145_191,
    "skip-16": 125_671,
    "pixel-shuffle": 1_412_801,
    "transposed": 1_786_545,
    "unet": 2_469_539,
    "deep-decoder": 100_224,
    "deblurrer": 54_414_019,
    "deblurrer-discriminator": 2_768_705,
    "digit-autoencoder": 87_125,
    "photo-autoencoder": 1_137_379,
    "object-remover": 2_722_791,
    "object-remover-critic": 5_961_601,
}


LARGE = ("deblurrer", "deblurrer-discriminator", "object-remover", "object-remover-critic")


@pytest.mark.slow
def test_networks_counts_the_large_ones_too():
    assert json.loads(command(*CLI, "networks", "--json").stdout) == PARAMETERS


def test_networks_lists_parameter_counts(monkeypatch):
    assert {*cli.NETWORKS, *cli.TRAINED_NETWORKS} == PARAMETERS.keys()
    small = {name: config for name, config in cli.TRAINED_NETWORKS.items() if name not in LARGE}
    monkeypatch.setattr(cli, "TRAINED_NETWORKS", small)
    counted = json.loads(command(*CLI, "networks", "--json").stdout)
    assert counted == {name: count for name, count in PARAMETERS.items() if name not in LARGE}
    monkeypatch.setattr(cli, "NETWORKS", {name: cli.NETWORKS[name] for name in ("skip-64", "deep-decoder")})
    lines = command(*CLI, "networks").stdout.splitlines()
    for name in (*cli.NETWORKS, *small):
        assert [line for line in lines if f" {name} " in line and f" {PARAMETERS[name]:,} " in line]


def test_presets_lists_numbers_and_sources():
    presets = json.loads(command(*CLI, "presets", "--json").stdout)
    assert presets["paper x8"]["steps"] == 5000 and presets["paper x4"]["steps"] == 2000
    assert presets["fast x8"]["sources"]["average"]
    assert "authors" in command(*CLI, "presets").stdout


def test_without_a_command_it_shows_the_help():
    result = command(*CLI)
    shown = result.stdout + result.stderr
    assert result.returncode == 2 and len(shown.splitlines()) > 5 and "super-resolve" in shown


def test_version_and_help():
    assert command(*CLI, "--version").stdout.strip().count(".") == 2
    assert "super-resolve" in command(*CLI, "--help").stdout


def test_a_name_beyond_ascii_is_recorded_where_the_locale_has_only_ascii(tmp_path):
    write_photo(tmp_path / "häuser.png", shown(3))
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "OMP_NUM_THREADS": "1"}
    words = ("denoise", tmp_path / "häuser.png", "--steps", 2, "--frames", 1, "--record", "--out", tmp_path / "schön.png")
    result = process(*CLI, *words, env=os.environ | ascii_only)
    assert result.returncode == 0, result.stderr
    assert f"{tmp_path / 'schön.png'}: 9x13 pixels" in result.stdout
    assert json.loads((tmp_path / "schön.png.json").read_text(encoding="utf-8"))["photo"] == "häuser.png"
    assert "häuser.png" in (tmp_path / "schön_process" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("unbuffered", "words"),
    [
        *[("", ("presets",)), ("1", ("presets",)), ("", ("presets", "--json")), ("", ("--help",)), ("1", ())],
        *(pytest.param(*each, marks=pytest.mark.slow) for each in [("1", ("presets", "--json")), ("1", ("--help",)), ("", ())]),
    ],
    ids=str,
)
def test_a_closed_pipe_is_no_fault(words, unbuffered):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        [sys.executable, *CLI, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (141, b"")


@pytest.mark.parametrize("words", [("presets",), ("--version",)], ids=" ".join)
def test_a_standard_output_that_is_closed_from_the_start_is_no_fault(words):
    result = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, *CLI, *words], cwd=ROOT, capture_output=True, timeout=60
    )
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_table_in_a_pipe_ends_its_lines_where_they_end():
    lines = command(*CLI, "presets").stdout.splitlines()
    assert lines[0] == "best x8" and max(map(len, lines)) <= 160
    assert not [line for line in lines if line != line.rstrip()]
