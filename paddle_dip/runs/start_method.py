"""How a worker's process begins: as a copy of one that has loaded Paddle, in milliseconds, or anew, in two seconds."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from paddle_dip.environment import thread_count

if TYPE_CHECKING:  # Windows has the first alone
    from multiprocessing.context import ForkServerContext, SpawnContext

ProcessContext: TypeAlias = "SpawnContext | ForkServerContext"
_PACKAGE = Path(__file__).parents[1]
_LOADED = ["paddle_dip.runs.process_executor", "paddle_dip.solver.fit"]
_threads: list[int] = []  # of the process that is copied, once there is one


def process_context(place: str) -> ProcessContext:
    """Return what makes processes for work on `place`, "cpu" or "gpu:0"; those of Linux' CPUs are copies of one.

    That one does nothing but load what all need: it has no threads and no tensors, and ends with the process that began it. CUDA
    doesn't survive being copied, nor does a number of threads, which is read as Paddle loads: then each process begins anew.
    """
    if sys.platform != "linux" or place.startswith("gpu") or _another_package_here():
        return get_context("spawn")
    if not _threads:
        _threads.append(thread_count())
        from multiprocessing import forkserver

        forkserver.set_forkserver_preload(_LOADED)
        with _this_package_first():
            forkserver.ensure_running()
    return get_context("forkserver") if _threads[0] == thread_count() else get_context("spawn")


def _another_package_here() -> bool:
    """Return whether the process that is copied, which looks in the working folder first, would load another paddle_dip."""
    here = Path(_PACKAGE.name)
    return here.is_dir() and not here.samefile(_PACKAGE)


@contextmanager
def _this_package_first() -> Iterator[None]:
    former = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(_PACKAGE.parent), *filter(None, [former])])
    try:
        yield
    finally:
        os.environ.pop("PYTHONPATH")
        if former is not None:
            os.environ["PYTHONPATH"] = former
