"""The wheel holds all that its commands need, and runs the benchmark and the scoring away from the checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import paddle_dip
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder with the package as its wheel holds it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # a copy: a build leaves files beside what it builds
    shutil.copytree(ROOT / "paddle_dip", source / "paddle_dip", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source]
    done = subprocess.run([*map(str, build)], capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *words: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-m", "paddle_dip", *words],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_file_of_the_package_is_in_it(installed):
    kept = subprocess.run(["git", "ls-files", "paddle_dip"], cwd=ROOT, capture_output=True, text=True, check=False)
    if kept.returncode:
        pytest.skip("needs a checkout: git doesn't say which files are the project's")
    assert [name for name in kept.stdout.splitlines() if not (installed / name).is_file()] == []


@pytest.mark.slow
def test_it_runs_the_benchmark_and_scores(installed):
    options = ("--data", "embedded", "--images", "cat", "--preset", "quick", "--steps", "2", "--out", "run")
    done = run(installed, "benchmark", *options)
    assert done.returncode == 0, done.stderr
    out = installed.parent / "run"
    assert (out / "index.html").is_file() and (out / "results.csv").read_text(encoding="utf-8").count("\ncat,quick,8,0,2,") == 1
    restored = (out / "cat.png").read_bytes()
    (out / "cat_GT.png").write_bytes(restored)
    done = run(installed, "score", "--reference", "run", "--restored", "run", "--images", "cat")
    assert done.returncode == 0 and "inf" in done.stdout, done.stderr


def test_all_files_name_the_same_version():
    version = paddle_dip.__version__
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
