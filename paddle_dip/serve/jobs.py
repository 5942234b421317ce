"""The jobs of the page: a queue, so many at a time, each in a process and a folder of its own, forgotten after a while."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, RLock, Thread
from typing import Any

from paddle_dip.environment import path_to_package, share_cores
from paddle_dip.errors import InputError
from paddle_dip.io.files import writable_folder
from paddle_dip.serve.folder import kept, locked_folder
from paddle_dip.serve.request import Limits, Request
from paddle_dip.serve.watch import PROGRESS
from paddle_dip.serve.worker import OUTCOME, STOP

ENDED = ("done", "stopped", "failed")
_GLANCE_SECONDS = 0.2
_KILLED = "the job was killed or ended by itself, for want of memory perhaps: try a smaller photo"


@dataclass
class _Job:
    """seen: when somebody last asked for it."""

    folder: Path
    request: Request
    seen: float = field(default_factory=time.monotonic)
    process: subprocess.Popen | None = None
    stopped: bool = False  # before it began
    fault: str = ""  # why it couldn't begin


@dataclass(frozen=True)
class JobView:
    """How a job stands. state: queued, running or one of ENDED; ahead: jobs before it; left: seconds; points: step and loss.

    picture: as it is now; before, after: for the slider; files: result, settings, gif, when it has ended with them.
    """

    state: str
    request: Request
    ahead: int = 0
    step: int = 0
    steps: int = 0
    left: float | None = None
    points: tuple[dict, ...] = ()
    picture: Path | None = None
    before: Path | None = None
    after: Path | None = None
    files: dict[str, Path] = field(default_factory=dict)
    message: str = ""


class Jobs:
    """All jobs of one server, in a temporary folder that goes with them. Use it in a `with`; its methods may be called anywhere."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.folder, self._held = locked_folder()  # for as long as this server lives
        self.uploads = writable_folder(self.folder / "uploads")
        self._jobs: dict[str, _Job] = {}
        self._waiting: list[str] = []
        self._lock, self._over = RLock(), Event()
        share_cores(limits.at_once)  # the processes inherit it
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Jobs":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def submit(self, request: Request) -> str:
        """Return the name, which nobody can guess, of a new job; raises InputError for what isn't possible or allowed.

        The request's files are copied.
        """
        request.check(self.limits)
        with self._lock:
            if len(self._waiting) >= self.limits.queue + self._free_places():
                raise InputError(f"queue is full: {self.limits.queue} jobs wait already, try again later")
            name = secrets.token_urlsafe(16)
            self._jobs[name] = _Job(self.folder / name, kept(request, self.folder / name))
            self._waiting.append(name)
            self._advance()
            return name

    def look(self, name: str) -> JobView | None:
        """Return how a job stands, None where there is none of that name."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None:
                return None
            job.seen = time.monotonic()
            ahead = self._waiting.index(name) + 1 if name in self._waiting else 0
            state, outcome = self._state(name, job)
        progress = _read(job.folder / PROGRESS)
        points = tuple(progress.pop("points", ()))
        picture = job.folder / "process" / "frames" / f"{points[-1]['step']:05d}.png" if points else None
        told: dict[str, Any] = {key: progress[key] for key in ("step", "steps", "left") if key in progress}
        files = {key: job.folder / path for key, path in outcome.get("files", {}).items()}
        told |= {"before": job.folder / "before.png", "after": job.folder / "after.png"} if files else {}
        message = outcome.get("message", "")
        return JobView(state, job.request, ahead, points=points, picture=picture, files=files, message=message, **told)

    def stop(self, name: str) -> None:
        """Have a job end with what it has; one that waits ends with nothing."""
        with self._lock:
            job = self._jobs.get(name)
            if name in self._waiting:
                self._waiting.remove(name)
                self._jobs[name].stopped = True
            elif job and job.process and job.process.stdin:
                with suppress(OSError):  # it has ended meanwhile
                    job.process.stdin.write(STOP)
                    job.process.stdin.flush()

    def forget(self, name: str) -> None:
        """End a job and remove all its files."""
        with self._lock:
            job = self._jobs.pop(name, None)
            if job is None:
                return
            if name in self._waiting:
                self._waiting.remove(name)
            _end(job)
            shutil.rmtree(job.folder, ignore_errors=True)

    def close(self) -> None:
        """Forget all jobs and remove the folder."""
        self._over.set()
        self._thread.join()
        for name in list(self._jobs):
            self.forget(name)
        if self._held:
            self._held.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self) -> None:
        while not self._over.wait(_GLANCE_SECONDS):
            with self._lock:
                self._advance()

    def _advance(self) -> None:
        """Begin what has a place, forget what nobody has asked for in a while."""
        for name in self._waiting[: self._free_places()]:
            self._waiting.remove(name)
            try:
                self._jobs[name].process = _begun(self._jobs[name].folder)
            except OSError as error:
                self._jobs[name].fault = f"the job can't begin: {error.strerror or error}"
        old = time.monotonic() - 60 * self.limits.keep_minutes
        for name in [n for n, job in self._jobs.items() if job.seen < old and self._state(n, job)[0] in ENDED]:
            self.forget(name)
        _remove_before(time.time() - 60 * self.limits.keep_minutes, self.uploads)

    def _free_places(self) -> int:
        running = [job for job in self._jobs.values() if job.process and job.process.poll() is None]
        return max(self.limits.at_once - len(running), 0)

    def _state(self, name: str, job: _Job) -> tuple[str, dict]:
        if job.stopped or name in self._waiting:
            return ("stopped" if job.stopped else "queued"), {}
        if job.fault:
            return "failed", {"message": job.fault}
        ended = job.process is not None and job.process.poll() is not None
        if outcome := _read(job.folder / OUTCOME):
            return outcome["state"], outcome
        return ("failed", {"message": _KILLED}) if ended else ("running", {})


def _remove_before(moment: float, uploads: Path) -> None:
    """Remove the pictures that uploads were shown as before that time; what was uploaded is Gradio's to remove."""
    for picture in uploads.glob("*.png"):
        with suppress(FileNotFoundError):
            if picture.stat().st_mtime < moment:
                picture.unlink()


def _begun(folder: Path) -> subprocess.Popen:
    # A session of its own: Ctrl-C in the terminal reaches the server alone, which ends its jobs in order.
    words = [sys.executable, "-m", "paddle_dip.serve.worker", str(folder)]
    environment = os.environ | {"PYTHONPATH": path_to_package()}
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env=environment, cwd=folder
        )


def _end(job: _Job) -> None:
    if job.process is None:
        return
    job.process.kill()
    job.process.wait()
    if job.process.stdin:
        with suppress(OSError):
            job.process.stdin.close()


def _read(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
