"""The benchmark of one task and one amount of damage: its cases, their rows, its table and page."""

from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np

from paddle_dip.evaluation.benchmark.image_run import ImageRun, as_stored
from paddle_dip.evaluation.benchmark.protocol import Fitted, Table
from paddle_dip.evaluation.study.cases import Damage, StudyCase, damaged_case
from paddle_dip.evaluation.tasks.pictures import Pictures
from paddle_dip.problem.metrics import luma, psnr, ssim
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import Problem
from paddle_dip.report.task_results import METRIC, TASK_RESULTS, TaskPoint, TaskRow, task_table
from paddle_dip.runs.provenance import peak_memory_mb


@dataclass(frozen=True)
class TaskCase:
    """One picture and its damage. picture: float32 [C, H, W] in [0, 1]; holes: [1, H, W], of inpaint."""

    name: str
    picture: np.ndarray
    damage: Damage
    holes: np.ndarray | None = None

    @property
    def truth(self) -> np.ndarray:
        return self._damaged.truth

    @cached_property
    def _damaged(self) -> StudyCase:
        return self._with(task_preset(self.damage.task))

    def _with(self, preset: Preset) -> StudyCase:
        return damaged_case(self.name, self.picture, self.damage, preset, self.holes)

    def problem(self, preset: Preset) -> Problem:
        return self._with(preset).problem

    def given(self) -> np.ndarray:
        """Return what a task is given, as its file would hold it: [C, H, W] in [0, 1]; 0 in the holes."""
        return as_stored(self._damaged.problem.observation)

    def before(self) -> np.ndarray:
        given = self.given()
        return np.broadcast_to(given, (3, *given.shape[1:]))

    def floor(self) -> float:
        return psnr(self.given(), self.truth)

    def scores(self, image: np.ndarray) -> dict[str, float]:
        """Return "psnr", "psnr_holes" (nan where there are none) and "ssim" of an image, [C, H, W] in [0, 1]."""
        known = self._damaged.problem.known
        lost = None if known is None else known[0] < 1
        planes = [luma(each) if len(each) == 3 else each[0].astype(np.float64) for each in (image, self.truth)]
        in_holes = nan if lost is None else psnr(image[:, lost], self.truth[:, lost])
        return {"psnr": psnr(image, self.truth), "psnr_holes": in_holes, "ssim": ssim(*planes)}

    def point(self, step: int, loss: float, pictures: dict[str, np.ndarray]) -> TaskPoint:
        return TaskPoint(step, loss, *(psnr(pictures[kind], self.truth) for kind in ("result", "iterate", "average")))

    def row(self, image_run: ImageRun, fitted: Fitted) -> TaskRow:
        return TaskRow(
            image=self.name,
            task=self.damage.task,
            amount=self.damage.amount,
            preset=image_run.preset.name,
            seed=str(image_run.seed),
            steps=fitted.steps,
            **self.scores(fitted.image),
            seconds=fitted.seconds,
            oracle_psnr=max(point.psnr_average for point in fitted.points),
            given_psnr=self.floor(),
            shrink=self.damage.shrink,
            peak_memory_mb=peak_memory_mb(),
            resumed_at_step=fitted.resumed_at_step,
        )


@dataclass(frozen=True)
class Restoration:
    """The pictures of a task, damaged."""

    pictures: Pictures
    damage: Damage
    schema = TASK_RESULTS
    before = "given"
    readings = 100  # the oracle reads the average this often
    followed = ("average",)

    @property
    def source(self) -> str:
        return self.pictures.words

    def identity(self) -> dict:
        return {"amount": self.damage.amount, "shrink": self.damage.shrink, "damage_seed": self.damage.seed}

    def available(self) -> list[str]:
        return self.pictures.names()

    def load(self, name: str) -> TaskCase:
        picture, holes = self.pictures.load(name)
        return TaskCase(name, picture, self.damage, holes)

    def table(self, rows: list[TaskRow], floor: dict[str, float]) -> Table:
        return task_table(rows)

    def quality(self, rows: list[TaskRow], summary: dict) -> str:
        return ""

    def page_words(self, preset: Preset, summary: dict, heading: list[str]) -> dict[str, Any]:
        return {
            "title": f"{self.damage.words}, preset {preset.name}",
            "outcome": (f"{summary['mean_psnr']:.3f} dB", f"given {summary['mean_given_psnr']:.3f} dB"),
            "note": METRIC,
        }
