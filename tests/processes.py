"""Which processes a command has begun: asked of /proc."""

import os
from pathlib import Path

_MARKS = (b"spawn_main", b"multiprocessing.forkserver")  # begun anew, and copies


def children(pid: int) -> list[int]:
    """Return the processes that any thread of a process has begun and that are still there."""
    tasks = Path(f"/proc/{pid}/task")
    for _ in range(100):
        try:
            found = [(tasks / thread / "children").read_text().split() for thread in os.listdir(tasks)]
            return [int(child) for of_thread in found for child in of_thread]
        except OSError:  # a thread ends meanwhile: what it has begun is another one's from then on
            continue
    assert not tasks.exists(), f"the kernel doesn't say which processes {pid} has begun"
    return []


def workers(pid: int) -> list[int]:
    """Return the processes that make a command's units, those copied from the one that only loads Paddle among them."""
    marked = [child for child in children(pid) if any(mark in _command(child) for mark in _MARKS)]
    copied = [copy for child in marked if _MARKS[1] in _command(child) for copy in children(child)]
    return copied or [child for child in marked if _MARKS[0] in _command(child)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
