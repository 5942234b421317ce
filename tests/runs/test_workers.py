"""How many units are made at a time: what was asked for, or one a core, and never more than there are."""

import pytest

from paddle_dip.problem.budget import PROCESS_BYTES
from paddle_dip.runs import workers
from paddle_dip.runs.workers import BY_ITSELF, Workers, settled


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(workers, "units_at_a_time", lambda: 8)
    monkeypatch.setattr(workers, "free_memory", lambda: 100 * workers.PROCESS_BYTES)
    monkeypatch.setattr(workers, "share_cores", lambda processes: None)
    monkeypatch.setattr(workers, "computed_with", lambda: {"place": "cpu"})


@pytest.mark.parametrize(
    ("asked", "units", "unit_bytes", "jobs"),
    [
        (BY_ITSELF, 20, 0, 8),
        (BY_ITSELF, 3, 0, 3),
        (BY_ITSELF, 0, 0, 1),
        (BY_ITSELF, 20, 20 * PROCESS_BYTES, 4),
        (BY_ITSELF, 20, 200 * PROCESS_BYTES, 1),
        (12, 20, 20 * PROCESS_BYTES, 12),  # what a person asks for is theirs to answer for
        (12, 5, 0, 5),
    ],
)
def test_jobs(asked, units, unit_bytes, jobs):
    assert settled(Workers(asked), units, unit_bytes) == Workers(jobs)


@pytest.mark.parametrize("asked", [BY_ITSELF, 4])
def test_on_a_gpu_it_is_one(monkeypatch, asked):
    monkeypatch.setattr(workers, "computed_with", lambda: {"place": "gpu:0"})
    assert settled(Workers(asked), 20).jobs == 1


@pytest.mark.parametrize("free", [None, 0])
def test_where_the_system_does_not_tell_its_memory_it_is_one(monkeypatch, free):
    monkeypatch.setattr(workers, "free_memory", lambda: free)
    assert settled(Workers(BY_ITSELF), 20).jobs == 1
