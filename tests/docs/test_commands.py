"""Every command of README and the site is one that the project has, with options that it takes; those that restore are run."""

import importlib.util
import re
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.main import get_command

from paddle_dip.cli.app import app
from paddle_dip.cli.tasks import COMMANDS
from tests.cli.test_trained import call
from tests.conftest import ROOT
from tests.docs.blocks import PAGES, commands

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
# Pages whose commands are for a person's own photos: they are run, on small ones.
OWN_PHOTOS = [ROOT / name for name in ("README.md", *(f"docs/{name}.md" for name in ("index", "gallery", "photos", "presets")))]
FEW_STEPS = ("--steps", "3", "--set", "warm_up=1")  # the last for LBFGS, which begins after so many of Adam


@every_page
def test_the_project_has_every_command(page, tmp_path):
    checks = {"python": check_python, "pip": check_pip, "make": check_make}
    for program, *words in commands(page, tmp_path):
        if program in checks:
            checks[program](words)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name.endswith(".zh.md")], ids=lambda page: page.name)
def test_both_languages_have_the_same_commands(page, tmp_path):
    chinese, english = tmp_path / "zh", tmp_path / "en"
    chinese.mkdir(), english.mkdir()
    theirs = commands(page.with_name(page.name.replace(".zh", "")), english)
    mine = commands(page, chinese)
    assert [words for words in mine if words not in theirs] == []


def test_the_two_readmes_have_the_same_commands(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert commands(ROOT / "README.md", tmp_path / "a") == commands(ROOT / "README_zh.md", tmp_path / "b")


def check_python(words: list[str]) -> None:
    match words:
        case ["-m", "paddle_dip", *rest]:
            parse(get_command(app), rest)
        case ["-m", "paddle.distributed.launch", "--nproc_per_node", _, *rest]:
            check_python(rest)
        case ["-m", "pytest", *rest]:
            paths = [word for word in rest if word.startswith("tests/")]
            assert paths and all((ROOT / path).exists() for path in paths), words
        case [tool, *rest] if tool.startswith("tools/"):
            parse(tool_command(tool), rest)
        case _:
            raise AssertionError(f"neither the package, nor a tool, nor a test: {words}")


def check_pip(words: list[str]) -> None:
    assert words[0] == "install", words
    for before, word in zip(words, words[1:], strict=False):
        if before == "-r":
            assert word == "/dev/stdin" or (ROOT / word).is_file(), words
        elif not word.startswith("-"):
            assert word in ("gradio>=6.0,<7", "ray>=2.40,<3", "bm3d", "."), words
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "gradio>=6.0,<7" in extras and "ray>=2.40,<3" in extras


def check_make(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for variable in (word.split("=")[0] for word in words if "=" in word):
        assert re.search(rf"^{variable} \?=", makefile, re.MULTILINE), words
    done = subprocess.run(["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def parse(command, words: list[str]) -> None:
    """Parse a command's words with all its options and arguments, as when it is called, without calling it."""
    try:
        context = command.make_context("command", list(words))
    except Exception as error:
        if type(error).__name__ == "Exit":  # --help, --version
            return
        raise AssertionError(f"{words}: {error}") from error
    if hasattr(command, "commands"):
        _, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        parse(chosen, rest)


@cache
def tool_command(tool: str):
    path = ROOT / tool
    assert path.is_file(), tool
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return get_command(module.app)


@pytest.fixture
def photos(tmp_path, monkeypatch) -> Path:
    """The photos that the commands name, all small, in the folder where they are run."""
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    for name in ("photo.png", "photo.jpg", "dark.png", "flash.png", "a.jpg", "b.png", "holiday/c.png"):
        Path(name).parent.mkdir(exist_ok=True)
        Image.fromarray(draw.integers(0, 256, (24, 32, 3), dtype=np.uint8)).save(name)
    mask = np.zeros((24, 32), np.uint8)
    mask[8:14, 10:16] = 255
    Image.fromarray(mask).save("mask.png")
    return tmp_path


def own_commands() -> list[list[str]]:
    """Return the restoring commands of the pages for own photos, each once."""
    import tempfile

    found = {}
    for page in OWN_PHOTOS:
        with tempfile.TemporaryDirectory() as folder:
            for program, *words in commands(page, Path(folder)):
                if program == "python" and words[:2] == ["-m", "paddle_dip"] and words[2] in (*COMMANDS, "remove-object"):
                    found[" ".join(words[2:])] = words[2:]
    return list(found.values())


@pytest.mark.parametrize("words", own_commands(), ids=" ".join)
def test_a_command_for_own_photos_runs(words, photos):
    words = [word for word in words if word != "--resume"]
    if "--jobs" in words:  # tests/runs has those
        at = words.index("--jobs")
        words = words[:at] + words[at + 2 :]
    done = call(*words, *FEW_STEPS)
    assert done.exception is None, done.output
    out = photos / words[words.index("--out") + 1]
    assert {path.name for path in out.iterdir()} == {"a.jpg", "b.png", "c.png"} if out.is_dir() else out.is_file()
