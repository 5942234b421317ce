"""What a benchmark must say of itself for its images to be run, kept, resumed and shown: see `run`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.results import Schema

if TYPE_CHECKING:
    from paddle_dip.evaluation.benchmark.image_run import ImageRun

Table = tuple[list[str], list[list[str]]]  # heading and lines


@dataclass(frozen=True)
class Fitted:
    """What one image's fit, or fits, ended on. image: [C, H, W] in [0, 1] as its file holds it; points: of the fits' histories."""

    image: np.ndarray
    steps: int
    seconds: float
    points: list
    resumed_at_step: int = 0


class Case(Protocol):
    """One image of a benchmark; it can be pickled."""

    @property
    def name(self) -> str:
        """What its files are called."""

    @property
    def truth(self) -> np.ndarray:
        """float32 [C, H, W] in [0, 1]."""

    def problem(self, preset: Preset) -> Problem:
        """Return the problem of getting the truth back."""

    def before(self) -> np.ndarray:
        """Return what a result is shown beside, [3, H, W] in [0, 1]."""

    def floor(self) -> float:
        """Return the PSNR in dB of what needs no fit."""

    def point(self, step: int, loss: float, pictures: dict[str, np.ndarray]) -> Any:
        """Return a row of a fit's history; pictures: "result", "iterate" and those of `BenchmarkProtocol.followed`, as stored."""

    def row(self, image_run: "ImageRun", fitted: Fitted) -> Any:
        """Return the row of a restored image."""


class BenchmarkProtocol(Protocol):
    """Which images, what is done to them, and how results are scored and told.

    before: what `Case.before` is, in words; readings: how often a fit's history is read; followed: of the fit's own canvases, those
    whose results the history reads, too.
    """

    schema: Schema
    before: str
    readings: int
    followed: tuple[str, ...]

    @property
    def source(self) -> str:
        """Where the images come from, in words."""

    def identity(self) -> dict:
        """Return what must be equal, beside seed and preset, for two sessions to belong to one run."""

    def available(self) -> list[str]:
        """Return the names of all images there are."""

    def load(self, name: str) -> Case:
        """Return the case of an image; raises InputError for an unusable one."""

    def table(self, rows: list, floor: dict[str, float]) -> Table:
        """Return heading and lines of the images' own rows, the last line being the mean."""

    def quality(self, rows: list, summary: dict) -> str:
        """Return an SVG element that shows a run beside recorded ones, "" where there are none of its kind."""

    def page_words(self, preset: Preset, summary: dict, heading: list[str]) -> dict[str, Any]:
        """Return "title", "outcome" and "note" of `paddle_dip.report.page.benchmark_page`."""
