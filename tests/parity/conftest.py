"""A small network beside the package's own, for the tests that run often."""

import pytest

from paddle_dip.problem import catalogue
from tests.parity.sides import SMALL


@pytest.fixture(autouse=True)
def _small_network(monkeypatch):
    monkeypatch.setitem(catalogue.NETWORKS, "small", SMALL)
