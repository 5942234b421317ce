"""An executor on a Ray cluster, of one machine or many: each call is a task that gets so many cores and GPUs."""

import itertools
import os
import pickle
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import Any

from paddle_dip.errors import InputError
from paddle_dip.runs import progress
from paddle_dip.runs.interrupt import handlers_kept
from paddle_dip.runs.worker import Told, Worker, WorkerDied, outcome, working_as

_GLANCE_SECONDS = 0.1  # between looks at what workers tell
_ENDING_SECONDS = 60.0  # that calls at work get to write their checkpoints
_TELLING_SECONDS = 10.0  # that the last word of a call may take
_BEGUN, _ENDED = "begun", "ended"


def connect(address: str | None) -> None:
    """Connect to the cluster at `address`, "auto" for the one that this machine is part of; None: begin one on this machine.

    Raises ImportError, naming the fix, without Ray; InputError where there is no such cluster.
    """
    try:
        import ray
    except ImportError:
        raise ImportError('--executor ray needs Ray; fix: pip install "ray>=2.40,<3"') from None
    if ray.is_initialized():
        return
    try:
        with handlers_kept():  # Ray's own end the process, at SIGTERM with a trace of C++
            ray.init(address=address, include_dashboard=None if address else False, logging_level="ERROR")
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise InputError(f"--ray-address {address} can't be connected to: {error}") from None


def slots(cpus_per_task: int, gpus_per_task: float) -> int:
    """Return how many tasks the cluster has room for at a time now; raises InputError for none."""
    import ray

    wanted = {name: amount for name, amount in (("CPU", cpus_per_task), ("GPU", gpus_per_task)) if amount}
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    found = sum(min(int(has.get(name, 0) / amount + 1e-9) for name, amount in wanted.items()) for has in machines)
    if not found:
        raise InputError(
            f"--cpus-per-task {cpus_per_task:g}, --gpus-per-task {gpus_per_task:g}: no machine of the cluster has those"
        )
    return found


class RayExecutor(Executor):
    """Makes calls on the cluster that `connect` has connected to; begun, told, WorkerDied: as of ProcessExecutor.

    Modules and files must be found on every machine under the same names.
    """

    def __init__(
        self,
        *,
        cpus_per_task: int = 1,
        gpus_per_task: float = 0,
        begun: Callable[[Future], None] = lambda future: None,
        told: Callable[[Future, Any], None] = lambda future, words: None,
    ):
        import ray

        self._ray, self._begun, self._told = ray, begun, told
        # A worker's death is told, and tried again by whoever submitted the call: Ray's own tries would go unseen.
        own = {"env_vars": {"OMP_NUM_THREADS": str(int(cpus_per_task))}}  # else a worker has the coordinator's
        self._task = ray.remote(max_retries=0, num_cpus=cpus_per_task, num_gpus=gpus_per_task, runtime_env=own)(_work)
        self._news = ray.remote(num_cpus=0)(_News).remote()
        self._numbers, self._ending = itertools.count(), False
        self._left: dict[int, tuple[Future, Any]] = {}  # calls without an answer yet, with Ray's names of them
        self._heard_of: dict[int, Future] = {}  # calls whose worker may still tell something: an answer may overtake that
        self._at_work = set[int]()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        number, future = next(self._numbers), Future[Any]()
        future.set_running_or_notify_cancel()
        self._heard_of[number] = future  # at once: the worker may tell before this thread goes on
        reference = self._task.remote(self._news, number, partial(fn, *args, **kwargs), os.getcwd())
        self._left[number] = (future, reference)
        reference.future().add_done_callback(partial(self._settle, number, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As of any executor; cancel_futures: calls at work are told to end, too, with their checkpoints written."""
        left = list(self._left.values())
        if cancel_futures:
            for _, reference in left:
                self._ray.cancel(reference, recursive=False)  # KeyboardInterrupt, so to speak, in the worker
            self._wait_for_workers()
        elif wait:
            for future, _ in left:
                future.exception()
        self._ending = True
        self._listener.join()
        self._ray.kill(self._news)

    def _wait_for_workers(self) -> None:
        """Wait until all have ended: what Ray has cancelled has its answer at once, while the worker still writes."""
        deadline = time.monotonic() + _ENDING_SECONDS
        time.sleep(5 * _GLANCE_SECONDS)  # until who has just begun was heard
        while self._at_work and time.monotonic() < deadline:
            time.sleep(_GLANCE_SECONDS)

    def _settle(self, number: int, future: Future, answered: Future) -> None:
        """Give a call's future what Ray's own has."""
        self._left.pop(number, None)
        try:
            error, result = pickle.loads(answered.result())
        except self._ray.exceptions.TaskCancelledError as cancelled:
            future.set_exception(cancelled)
        except Exception as died:  # the worker, its machine, or Ray's memory monitor
            self._forget(number)
            future.set_exception(WorkerDied(f"its worker has ended ({type(died).__name__})"))
        else:
            future.set_exception(error) if error is not None else future.set_result(result)

    def _listen(self) -> None:
        while not self._ending:
            try:
                news = self._ray.get(self._news.take.remote())
            except self._ray.exceptions.RayError:  # the machine that keeps them is lost: the work goes on unheard
                return
            for number, heard in news:
                self._hear(number, heard)
            time.sleep(_GLANCE_SECONDS)

    def _hear(self, number: int, heard: Any) -> None:
        future = self._heard_of.get(number)
        if future is None:  # its worker has died
            return
        if isinstance(heard, Told):
            self._told(future, heard.words)
        elif heard == _BEGUN:
            self._at_work.add(number)
            self._begun(future)
        else:
            self._forget(number)

    def _forget(self, number: int) -> None:
        self._at_work.discard(number)
        self._heard_of.pop(number, None)


class _News:
    """What workers tell, until the coordinator takes it: in order, which the queue that Ray has may change."""

    def __init__(self):
        self._kept: list[tuple[int, Any]] = []

    def put(self, number: int, heard: Any) -> None:
        self._kept.append((number, heard))

    def take(self) -> list[tuple[int, Any]]:
        """Return what has come since the last time."""
        taken, self._kept = self._kept, []
        return taken


def _work(news: Any, number: int, call: Callable[[], Any], folder: str) -> bytes | None:
    """Make a call in a worker of Ray's; returns its outcome, None where it was told to end.

    folder: where the command was begun, which names of files may count from.
    """
    import ray

    with suppress(OSError):  # this machine hasn't got it: whole names do without
        os.chdir(folder)
    interrupts: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, frame: interrupts.append(number))  # Ray cancels by it
    progress.show_lines()

    def tell(heard: Any) -> Any:
        return news.put.remote(number, heard)  # without waiting for it

    tell(_BEGUN)
    try:
        with suppress(KeyboardInterrupt), working_as(Worker(lambda: len(interrupts), lambda words: tell(Told(words)))):
            return outcome(call)
    finally:
        signal.signal(signal.SIGINT, former)
        with suppress(Exception):  # what a call leaves unsent when it returns may never arrive
            ray.get(tell(_ENDED), timeout=_TELLING_SECONDS)
    return None
