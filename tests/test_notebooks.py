"""The notebooks are whole, in two languages, and run from a clean checkout, wherever they are started."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LARGEST = 500 * 1024  # bytes: what the hook check-added-large-files lets through
EXECUTION_SECONDS = 1500  # minutes on a quiet core; without the compiled operators several times as long
CHINESE, ENGLISH = re.compile("[\u4e00-\u9fff]{2}"), re.compile(r"[A-Za-z,]+ [a-z,]+ [a-z]+")
# Of the machine that a notebook was run on.
ABSOLUTE = re.compile(r"(?<![\w.:/])/(work|tmp|root|home|Users|usr|opt|var|mnt|private)/")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def assert_executed(notebook: nbformat.NotebookNode) -> None:
    """Assert that the cells were run once, from top to bottom, without error, and left pictures."""
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert sum(any(kind.startswith("image/") for kind in output.get("data", {})) for output in outputs) >= 3
    assert not ABSOLUTE.search(json.dumps([dict(output) for output in outputs]))


def test_both_are_there():
    assert [path.stem for path in NOTEBOOKS] == ["restore_your_photo", "set14_sr"]


@every_notebook
def test_is_committed_with_its_outputs(path):
    assert_executed(read(path))
    assert path.stat().st_size < LARGEST


@every_notebook
def test_speaks_chinese_and_english_beneath(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            chinese, english = CHINESE.search(cell.source), list(ENGLISH.finditer(cell.source))
            assert chinese and english and chinese.start() < english[-1].start(), cell.source


@every_notebook
def test_is_thin_and_needs_no_torch(path):
    for cell in code(read(path)):
        assert not re.search(r"^\s*(import|from)\s+torch", cell.source, re.MULTILINE)
        assert not re.search(r"^\s*(def|class)\s", cell.source, re.MULTILINE)  # that belongs into the package
        assert not ABSOLUTE.search(cell.source)


def test_all_begin_alike():
    assert len({code(read(path))[0].source for path in NOTEBOOKS}) == 1


@pytest.mark.parametrize("start", ["checkout/notebooks", "checkout", "home", "elsewhere", "elsewhere/work"])
def test_finds_the_checkout_wherever_it_is_started(tmp_path, start):
    """`start` is under a home that has the checkout directly or, for the last, below work/."""
    home = tmp_path / "elsewhere" if start == "elsewhere/work" else tmp_path / "home"
    (home / "work").mkdir(parents=True)
    place = home / "work" / "clone" if start == "elsewhere/work" else home / "clone"
    place.symlink_to(ROOT)
    (tmp_path / "checkout").symlink_to(ROOT)
    (tmp_path / "elsewhere").mkdir(exist_ok=True)
    folder = tmp_path / "elsewhere" if start.startswith("elsewhere") else tmp_path / start
    show = "\nimport paddle_dip; print(os.getcwd(), paddle_dip.__file__, sep='\\n')"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"HOME": str(home)}
    words = [sys.executable, "-c", code(read(NOTEBOOKS[0]))[0].source + show]
    result = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True, timeout=120, check=True)
    at, package = result.stdout.splitlines()
    assert Path(at).samefile(ROOT) and Path(package).samefile(ROOT / "paddle_dip" / "__init__.py")


@pytest.mark.notebooks
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="what belongs to a clean checkout is known to git only")
@every_notebook
def test_runs_from_a_clean_checkout(path, tmp_path):
    words = [sys.executable, "tools/run_notebooks.py", "--only", path.stem, "--out", tmp_path]
    result = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=EXECUTION_SECONDS, check=False)
    assert result.returncode == 0, result.stderr
    executed = read(tmp_path / path.name)
    assert_executed(executed)
    assert [cell.source for cell in executed.cells] == [cell.source for cell in read(path).cells]
