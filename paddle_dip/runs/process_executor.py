"""An executor on this machine: each call runs in a process of its own, which can be killed without harm to the others.

concurrent.futures.ProcessPoolExecutor keeps its processes, and so their memory, for the calls to come, and when one of them is
killed it fails all the others without a word which it was.
"""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import parent_process, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any

from paddle_dip.runs import progress
from paddle_dip.runs.provenance import computed_with
from paddle_dip.runs.start_method import ProcessContext, loading_this_package, process_context
from paddle_dip.runs.worker import Told, Worker, WorkerDied, outcome, working_as


class ProcessExecutor(Executor):
    """Makes at most `max_workers` calls at a time. begun: called, in any thread, with each future as its process starts.

    told: likewise with each future and what `this_worker().tell` was given. A future raises WorkerDied where its process ended
    without an answer. What is submitted must be picklable, as for ProcessPoolExecutor.
    """

    def __init__(
        self,
        max_workers: int,
        *,
        begun: Callable[[Future], None] = lambda future: None,
        told: Callable[[Future, Any], None] = lambda future, words: None,
    ):
        self._threads = ThreadPoolExecutor(max_workers)  # a thread a process, which listens to it
        self._begun, self._told = begun, told
        # Asked here, for Paddle that loads in one of the threads is of no use in the others.
        self._context = process_context(computed_with()["place"])
        self._lock, self._processes, self._ending = Lock(), set[BaseProcess](), False

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        self._threads.submit(self._run, future, partial(fn, *args, **kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As of any executor; cancel_futures: calls at work are told to end, too, with their checkpoints written."""
        if cancel_futures:
            with self._lock:
                self._ending = True
                for process in self._processes:
                    process.terminate()
        try:
            self._threads.shutdown(wait)
        except KeyboardInterrupt:  # a second one: nobody waits for checkpoints any more
            for process in list(self._processes):
                process.kill()
            raise

    def _run(self, future: Future, call: Callable[[], Any]) -> None:
        try:
            with self._lock:
                if self._ending:
                    future.cancel()
                if not future.set_running_or_notify_cancel():
                    return
                process, answer = _start(self._context, call)
                self._processes.add(process)
            self._begun(future)
            try:
                error, result = self._heard(future, answer)
            finally:
                answer.close()
                process.join()
                with self._lock:
                    self._processes.discard(process)
        except Exception as failure:  # it couldn't be started, or ended without an answer
            future.set_exception(failure)
        else:
            future.set_exception(error) if error is not None else future.set_result(result)

    def _heard(self, future: Future, answer: Connection) -> tuple[Exception | None, Any]:
        """Return a worker's answer, having passed on what it tells before."""
        try:
            while isinstance(heard := answer.recv(), Told):
                self._told(future, heard.words)
        except (EOFError, OSError):  # of the pipe: the process ended without a word
            raise WorkerDied("the process was killed or ended by itself, for want of memory perhaps") from None
        return heard


def _start(context: ProcessContext, call: Callable[[], Any]) -> tuple[BaseProcess, Connection]:
    answer, sender = context.Pipe(duplex=False)
    with sender, _deaf_to_interrupts(), loading_this_package() as environment:
        process = context.Process(target=_work, args=(call, sender, environment), daemon=True)
        try:
            process.start()
        except (EOFError, ConnectionError):  # of the one that is copied: the next start begins it again
            answer.close()
            raise WorkerDied("the process that it is copied from was killed") from None
    return process, answer


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Have what is started in here never see Ctrl-C, which reaches the whole group: the first process tells the others."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # its start would unblock the signal again
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _work(call: Callable[[], Any], sender: Connection, environment: dict[str, str]) -> None:
    os.environ.clear()  # a copy has those of the process it is copied from
    os.environ.update(environment)
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))  # any number of times
    Thread(target=_follow_parent, daemon=True).start()
    progress.show_lines()
    worker = Worker(lambda: len(told), partial(_tell, sender))
    with suppress(KeyboardInterrupt, BrokenPipeError), working_as(worker):  # told, and the checkpoint is written; nobody reads
        sender.send_bytes(outcome(call))


def _tell(sender: Connection, words: Any) -> None:
    with suppress(BrokenPipeError):  # nobody reads any more: the work is told to end, and writes its checkpoint
        sender.send(Told(words))


def _follow_parent() -> None:
    parent = parent_process()
    assert parent is not None  # a worker has one
    parent.join()
    os._exit(1)  # and write nothing: the folder may be another run's by now
