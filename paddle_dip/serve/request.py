"""What a person asks the page for, checked before it waits in the queue, and the job in runs/ that it amounts to."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from paddle_dip.errors import InputError, at_least
from paddle_dip.io.files import write_json
from paddle_dip.io.images import read_photo, read_size
from paddle_dip.io.masks import read_mask
from paddle_dip.problem.overrides import with_settings
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import FACTOR, TASKS, task_named, task_preset
from paddle_dip.problem.tasks import SMALLEST_SIDE, check_factor
from paddle_dip.runs.photos import PhotoJob
from paddle_dip.runs.task_job import task_job

_FILE = "request.json"


@dataclass(frozen=True)
class Limits:
    """What the page takes.

    at_once: jobs at a time; queue: jobs that may wait; pixels: of a result; steps: of all of a job's fits; upload_mb: MiB of a
    file; keep_minutes: how long an ended job stays unvisited.
    """

    at_once: int = 1
    queue: int = 20
    pixels: int = 2_000_000
    steps: int = 30_000
    upload_mb: float = 20
    keep_minutes: float = 60


@dataclass(frozen=True)
class Request:
    """A photo to restore. photo, second: files; second is the mask or the photo with flash. factor: of super-resolve only."""

    task: str
    photo: str
    second: str | None = None
    preset: str = "fast"
    factor: int = FACTOR
    steps: int | None = None
    seed: int = 0

    @property
    def needs(self) -> str | None:
        """What the task needs beside the photo: "mask", "flash" or nothing."""
        return next((name for name in task_named(self.task).inputs if name != "factor"), None)

    def chosen_preset(self) -> Preset:
        """Return the preset; raises InputError where there is no such task, preset, factor or number of steps."""
        factor = self.factor if "factor" in task_named(self.task).inputs else None
        return with_settings(task_preset(self.task, self.preset, factor), steps=self.steps)

    def check(self, limits: Limits) -> None:
        """Raise InputError for what can be seen, from settings and the files' headers, not to be possible or allowed here."""
        preset = self.chosen_preset()
        if preset.steps * preset.members > limits.steps:
            raise InputError(f"steps must be at most {limits.steps // preset.members} here, not {preset.steps}")
        at_least("seed", self.seed, 0)
        if self.needs and self.second is None:
            raise InputError(f"{self.needs} is missing: {self.task} needs one beside the photo")
        height, width = _size(self.photo, limits)
        times = 1
        if "factor" in TASKS[self.task].inputs:
            check_factor(times := self.factor)
        if height * width * times**2 > limits.pixels:
            size = f"the result would have {width * times}x{height * times} pixels"
            raise InputError(f"photo is too large: {size}, at most {limits.pixels / 1e6:g} million are allowed here")
        if self.needs and self.second and (found := _size(self.second, limits)) != (height, width):
            raise InputError(f"{self.needs} must have the photo's {width}x{height} pixels, not {found[1]}x{found[0]}")

    def save(self, folder: Path) -> None:
        write_json(folder / _FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> "Request":
        return cls(**json.loads((folder / _FILE).read_text(encoding="utf-8")))

    def job(self) -> PhotoJob:
        """Return the job, planned; raises InputError for all that can't be done, before Paddle has loaded."""
        photo = read_photo(Path(self.photo))
        inputs: dict[str, Any] = {"factor": self.factor} if "factor" in TASKS[self.task].inputs else {}
        if self.needs == "mask":
            inputs["mask"] = read_mask(Path(str(self.second)))
        if self.needs == "flash":
            inputs["flash"] = read_photo(Path(str(self.second))).pixels
        return task_job(self.task, Path(self.photo).name, photo, self.chosen_preset(), seed=self.seed, **inputs)


def _size(path: str, limits: Limits) -> tuple[int, int]:
    """Return height and width of a picture; raises InputError for a file too large or too small, or none that can be read."""
    height, width = read_size(Path(path))
    if Path(path).stat().st_size > limits.upload_mb * 2**20:
        raise InputError(f"{path} is too large: at most {limits.upload_mb:g} MiB are allowed here")
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(f"{path} is {width}x{height} pixels, each side must have at least {SMALLEST_SIDE}")
    return height, width
