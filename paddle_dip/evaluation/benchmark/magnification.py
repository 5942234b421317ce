"""The super-resolution benchmark: Set14's protocol, see docs/protocol.md."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from paddle_dip.evaluation.benchmark.image_run import ImageRun
from paddle_dip.evaluation.benchmark.protocol import Fitted, Table
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.baselines import bicubic, bicubic_back_projected
from paddle_dip.problem.dataset import BenchmarkCase, Source, image_names, is_benchmark_image, load_case
from paddle_dip.problem.metrics import psnr_rgb, psnr_y, ssim_y
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem, canvas_size, super_resolution
from paddle_dip.report.merge_runs import joined
from paddle_dip.report.published import EXPLAINED
from paddle_dip.report.quality_plot import quality_beside
from paddle_dip.report.recorded_run import RecordedRun
from paddle_dip.report.results import SUPER_RESOLUTION, HistoryPoint, ResultRow
from paddle_dip.report.tables import benchmark_table
from paddle_dip.runs.provenance import peak_memory_mb


@dataclass(frozen=True)
class MagnifiedCase:
    """One image to magnify."""

    pair: BenchmarkCase
    factor: int

    @property
    def name(self) -> str:
        return self.pair.name

    @property
    def truth(self) -> np.ndarray:
        return self.pair.truth

    def problem(self, preset: Preset) -> Problem:
        return super_resolution(self.pair.low, self.factor, preset)

    def before(self) -> np.ndarray:
        return bicubic(self.pair.low, self.factor)

    def floor(self) -> float:
        return psnr_y(bicubic_back_projected(self.pair.low, self.factor), self.truth)

    def point(self, step: int, loss: float, pictures: dict[str, np.ndarray]) -> HistoryPoint:
        return HistoryPoint(step, loss, *(psnr_y(pictures[kind], self.truth) for kind in ("result", "iterate")))

    def row(self, image_run: ImageRun, fitted: Fitted) -> ResultRow:
        preset, image = image_run.preset, fitted.image
        return ResultRow(
            image=self.name,
            preset=preset.name,
            factor=self.factor,
            seed=str(image_run.seed),
            steps=fitted.steps,
            tflop=fitted.steps * step_flops(preset.network, *canvas_size(self.truth.shape[1:], preset)) / 1e12,
            psnr_y=psnr_y(image, self.truth),
            psnr_rgb=psnr_rgb(image, self.truth),
            ssim_y=ssim_y(image, self.truth),
            bicubic_psnr_y=psnr_y(self.before(), self.truth),
            seconds=fitted.seconds,
            seconds_per_step=fitted.seconds / fitted.steps,
            peak_memory_mb=peak_memory_mb(),
            resumed_at_step=fitted.resumed_at_step,
        )


@dataclass(frozen=True)
class Magnification:
    """The images of a source, magnified `factor` times."""

    images: Source
    factor: int
    schema = SUPER_RESOLUTION
    before = "bicubic"
    readings = 10  # refining the image for each takes as long as several steps
    followed = tuple[str, ...]()

    @property
    def source(self) -> str:
        return self.images.words

    def identity(self) -> dict:
        return {"factor": self.factor}

    def available(self) -> list[str]:
        return image_names(self.images)

    def load(self, name: str) -> MagnifiedCase:
        return MagnifiedCase(load_case(self.images, name, self.factor), self.factor)

    def table(self, rows: list[ResultRow], floor: dict[str, float]) -> Table:
        known = {row.image for row in rows if is_benchmark_image(self.images, row.image)}
        return benchmark_table(rows, floor, known)

    def quality(self, rows: list[ResultRow], summary: dict) -> str:
        if not all(is_benchmark_image(self.images, row.image) for row in rows):
            return ""
        whole = joined([(rows, summary)])[1]  # as results/ keeps it: each session with what it was made with
        return quality_beside(RecordedRun("", "this run", {row.image: row for row in rows}, whole))

    def page_words(self, preset: Preset, summary: dict, heading: list[str]) -> dict[str, Any]:
        published = "".join(f' "{name}": {words}, by the same metric.' for name, words in EXPLAINED.items() if name in heading)
        return {
            "title": f"Super-resolution x{self.factor}, preset {preset.name}",
            "outcome": (
                f"{summary['mean_psnr_y']:.3f} dB",
                f"bicubic {summary['mean_bicubic_psnr_y']:.3f} dB, "
                f"bicubic + back-projection {summary['mean_bicubic_bp_psnr_y']:.3f} dB",
            ),
            "note": f'In dB: {summary["metric"]}. "+ BP": bicubic with exact back-projection.{published} RGB and SSIM: '
            "paddle_dip's, on the same region. TFLOP: the arithmetic of all its fits, 1e12 operations of the convolutions.",
        }
