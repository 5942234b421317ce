"""How a worker's process begins: as a copy of one that has loaded Paddle, in milliseconds, or anew, in two seconds."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from paddle_dip.environment import path_to_package, thread_count

if TYPE_CHECKING:  # Windows has the first alone
    from multiprocessing.context import ForkServerContext, SpawnContext

ProcessContext: TypeAlias = "SpawnContext | ForkServerContext"
_LOADED = ["paddle_dip.runs.process_executor", "paddle_dip.solver.fit"]
_changed = Lock()  # the environment, by one thread at a time
_threads: list[int] = []  # of the process that is copied, once there is one


def process_context(place: str) -> ProcessContext:
    """Return what makes processes for work on `place`, "cpu" or "gpu:0"; those of Linux' CPUs are copies of one.

    That one does nothing but load what all need, and ends with the process that began it. CUDA doesn't survive being copied, nor
    does a number of threads, which is read as Paddle loads: then each process begins anew. Python 3.10 can't be kept from loading
    what lies in the working folder, see `loading_this_package`.
    """
    if sys.platform != "linux" or sys.version_info < (3, 11) or place != "cpu":
        return get_context("spawn")
    from multiprocessing import forkserver

    forkserver.set_forkserver_preload(_LOADED)
    if not _threads:
        _threads.append(thread_count())
    return get_context("forkserver") if _threads[0] == thread_count() else get_context("spawn")


@contextmanager
def loading_this_package() -> Iterator[dict[str, str]]:
    """Have a process that begins in here load this very package, and nothing that happens to lie in the working folder.

    Gives the environment that it is to work with. The one that is copied begins without this one's sys.path, before Python 3.13,
    and once more where it has died.
    """
    with _changed:
        former = dict(os.environ)
        os.environ |= {"PYTHONPATH": path_to_package(), "PYTHONSAFEPATH": "1"}
        try:
            yield former
        finally:
            for name in ("PYTHONPATH", "PYTHONSAFEPATH"):
                os.environ.pop(name)
                if name in former:
                    os.environ[name] = former[name]
