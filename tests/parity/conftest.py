"""A small network beside the package's own, for the tests that run often."""

from importlib.util import find_spec

import pytest

from paddle_dip.environment import thread_count
from paddle_dip.problem import catalogue
from paddle_dip.problem.architectures import SkipConfig

# Three scales, one of them without a skip branch, all widths different.
SMALL = SkipConfig(down=(8, 12, 10), up=(6, 8, 14), skip=(4, 0, 2), input_depth=5)
# Without PyTorch (requirements-test.txt has it) there is nothing to compare with.
collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]


@pytest.fixture(autouse=True)
def _one_thread():
    """On arrays of this size threads mostly wait for each other, and for minutes where another program has the cores."""
    import paddle
    import torch

    threads = thread_count()
    torch.set_num_threads(1)
    paddle.base.core.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    paddle.base.core.set_num_threads(threads)


@pytest.fixture
def plain(monkeypatch):
    """Paddle without its compiled operators, which step in in float32."""
    monkeypatch.setattr("paddle_dip.solver.networks.skip.usable", lambda z: False)


@pytest.fixture(autouse=True)
def _small_network(monkeypatch):
    monkeypatch.setitem(catalogue.NETWORKS, "small", SMALL)
