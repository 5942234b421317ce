"""Small photos to restore, and what waits for a job."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from paddle_dip.serve.jobs import Jobs, JobView
from tests.browser import chromium  # noqa: F401  a fixture

SECONDS = 120  # a process loads Paddle first, on a machine that may be busy


@pytest.fixture
def photo(tmp_path) -> str:
    noise = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noisy.png")
    return str(tmp_path / "noisy.png")


def when(jobs: Jobs, name: str, holds: Callable[[JobView], bool]) -> JobView:
    """Return how a job stands once that holds."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        view = jobs.look(name)
        assert view is not None
        if holds(view):
            return view
        time.sleep(0.05)
    raise AssertionError(f"it didn't come to that: {view}")
