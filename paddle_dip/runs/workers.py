"""Where units of work are made: in this process, in several of this machine, or on a Ray cluster."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from typing import Any

from paddle_dip.environment import free_memory, share_cores, units_at_a_time
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.problem.budget import PROCESS_BYTES
from paddle_dip.runs import ray_executor
from paddle_dip.runs.process_executor import ProcessExecutor
from paddle_dip.runs.provenance import computed_with

EXECUTORS = ("local", "ray")
BY_ITSELF = 0  # jobs: as many as there are cores and memory for


@dataclass(frozen=True)
class Workers:
    """jobs: units at a time, of "local" one is made in this process; BY_ITSELF: see `settled`.

    ray_address: see `ray_executor.connect`. cpus_per_task, gpus_per_task: what a unit gets of Ray's; it may be a part of a GPU.
    """

    jobs: int = 1
    executor: str = "local"
    ray_address: str | None = None
    cpus_per_task: int = 1
    gpus_per_task: float = 0.0

    @property
    def here(self) -> bool:
        """Whether units are made in this process, one after another."""
        return self.executor == "local" and self.jobs == 1

    def started(self, begun: Callable[[Future], None], told: Callable[[Future, Any], None]) -> Executor:
        """Return the executor of units that aren't made here; begun, told: as of ProcessExecutor."""
        if self.executor == "local":
            return ProcessExecutor(self.jobs, begun=begun, told=told)
        ray_executor.connect(self.ray_address)
        return ray_executor.RayExecutor(cpus_per_task=self.cpus_per_task, gpus_per_task=self.gpus_per_task, begun=begun, told=told)


def checked(workers: Workers) -> Workers:
    """Return what a person has asked for; raises InputError, naming the option, for what isn't allowed."""
    one_of("--executor", workers.executor, EXECUTORS)
    at_least("--jobs", workers.jobs, BY_ITSELF)
    at_least("--cpus-per-task", workers.cpus_per_task, 1)
    at_least("--gpus-per-task", workers.gpus_per_task, 0)
    if workers.executor != "ray" and replace(workers, jobs=1) != Workers():
        raise InputError("--ray-address, --cpus-per-task and --gpus-per-task belong to --executor ray")
    if workers.executor == "ray" and workers.jobs > 1:
        raise InputError("--jobs belongs to --executor local: of Ray's cores each unit takes --cpus-per-task")
    return workers


def settled(workers: Workers, units: int, unit_bytes: int = 0) -> Workers:
    """Return workers with as many jobs as there will be: no more than units, one on a GPU, on Ray what the cluster has room for.

    units: of the whole work, what is done of it too, so that a run that is resumed goes on with as many threads a unit, if there is
    memory as before. unit_bytes: that one takes of it, which bounds what is chosen BY_ITSELF. Each of several processes gets its
    share of the cores. Raises what `connect` and `slots` do.
    """
    if workers.executor == "ray":
        ray_executor.connect(workers.ray_address)
        jobs = ray_executor.slots(workers.cpus_per_task, workers.gpus_per_task)
        return replace(workers, jobs=min(jobs, max(units, 1)))
    jobs = min(workers.jobs or most_at_a_time(unit_bytes), 1 if computed_with()["place"].startswith("gpu") else max(units, 1))
    if jobs > 1:
        share_cores(jobs)
    return replace(workers, jobs=jobs)


def most_at_a_time(unit_bytes: int = 0) -> int:
    """Return for how many units side by side there are cores and memory: at least 1; 1 where the system doesn't tell its memory."""
    return max(min(units_at_a_time(), (free_memory() or 0) // (unit_bytes + PROCESS_BYTES)), 1)
