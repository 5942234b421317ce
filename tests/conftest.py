"""What the tests share: the repository's root, the real data where it lies, small pictures."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import paddle_dip  # noqa: F401  sets the threads before any test loads a framework

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def data_folder() -> Path:
    """The folder with the benchmark's images; tests that need it skip where there is none."""
    folder = os.environ.get("PADDLE_DIP_DATA")
    if not folder or not Path(folder, "sr", "Set14").is_dir():
        pytest.skip("needs the benchmark's images: set PADDLE_DIP_DATA to the folder that holds sr/Set14")
    return Path(folder)


@pytest.fixture
def picture() -> np.ndarray:
    """A smooth colour picture with an edge, float32 [3, 37, 31]: odd, not square."""
    rows, columns = np.mgrid[0:37, 0:31] / 40
    waves = [0.5 + 0.4 * np.sin(5 * rows + c) * np.cos(7 * columns - c) for c in range(3)]
    image = np.stack(waves)
    image[:, 10:20, 5:15] = 0.95
    return image.astype(np.float32)


@pytest.fixture
def image(picture) -> np.ndarray:
    """A colour picture, uint8 [37, 31, 3]."""
    return (255 * picture.transpose(1, 2, 0)).round().astype(np.uint8)


def command(*words: str | Path, **settings) -> subprocess.CompletedProcess:
    """Run a command of the project from its root, as a user would, and return what came out."""
    return subprocess.run(
        [sys.executable, *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False, **settings
    )


def assert_refused(result: subprocess.CompletedProcess, *parts: str) -> None:
    """Assert that a command ended with exit code 2 and one line that holds `parts`."""
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert result.returncode == 2, result.stderr
    assert len(lines) == 1 and lines[0].startswith("error: "), result.stderr
    for part in parts:
        assert part in lines[0]
