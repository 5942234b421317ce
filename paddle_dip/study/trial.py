"""One fit of the study: its quality and the stoppers' signals while it goes on, against a truth that only the readings see."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from paddle_dip.files import read_csv, whole_file, write_csv
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.dataset import Source, load_case, to_unit
from paddle_dip.problem.images import to_bytes
from paddle_dip.problem.metrics import psnr_y
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem, super_resolution
from paddle_dip.problem.variance import ExponentialVariance, WindowedVariance
from paddle_dip.restore import finish
from paddle_dip.study.variants import variant_preset

_READINGS = 60  # of a fit
_DECAYS = (0.99, 0.995, 0.998)  # of the moving averages that are read


@dataclass(frozen=True)
class Reading:
    """A fit after `step` steps. emv, wmv: the stoppers' signals; the rest: PSNR in dB of what each canvas would give."""

    step: int
    tflop: float
    loss: float
    emv: float
    wmv: float
    average: float  # decay 0.99
    average_995: float
    average_998: float
    iterate: float


_COLUMNS = tuple(field.name for field in fields(Reading))


@dataclass(frozen=True)
class Trial:
    """A fit to make. folder: where the images lie."""

    variant: str
    image: str
    seed: int
    factor: int
    folder: Path
    steps: int | None = None  # instead of the variant's own

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.variant}_x{self.factor}_{self.image}_{self.seed}" + (f"_{self.steps}" if self.steps else "")


def run_trial(trial: Trial, fit: Callable, out: Path) -> None:
    """Fit, and write out/NAME.csv, one row a reading, and out/NAME.npy, the last moving average, float32 [3, h, w]."""
    preset = variant_preset(trial.variant, trial.factor, trial.steps)
    case = load_case(Source(trial.folder, str(trial.folder)), trial.image, trial.factor)
    problem = super_resolution(case.low, trial.factor, preset)
    every = max(preset.steps // _READINGS, 1)
    averages = {decay: np.zeros((3, *problem.canvas)) for decay in _DECAYS}
    variances = (ExponentialVariance(), WindowedVariance())
    readings = []
    for snapshot in fit(problem, preset, seed=trial.seed):
        canvas = snapshot.canvas("perturbed")
        for decay, average in averages.items():
            average += max(1 - decay, 1 / snapshot.step) * (canvas - average)
        signals = [variance.add(canvas) for variance in variances]
        if snapshot.step % every == 0 or snapshot.step == preset.steps:
            quality = [_psnr(problem, preset, value, case.truth) for value in (*averages.values(), canvas)]
            tflop = snapshot.step * step_flops(preset.network, *problem.canvas) / 1e12
            readings.append(Reading(snapshot.step, tflop, snapshot.loss(), *signals, *quality))
    with whole_file(out / f"{trial.name}.npy") as file:
        np.save(file, averages[0.99].astype(np.float32))
    write_csv(out / f"{trial.name}.csv", _COLUMNS, [asdict(reading) for reading in readings])


def read_trial(trial: Trial, out: Path) -> list[Reading]:
    """Return the readings of a finished trial, [] where it hasn't finished."""
    path = out / f"{trial.name}.csv"
    return read_readings(path) if path.exists() else []


def read_readings(path: Path) -> list[Reading]:
    """Return the readings in a file; raises ValueError where it holds something else."""
    return read_csv(path, _COLUMNS, lambda row: Reading(int(row["step"]), *(float(row[name]) for name in _COLUMNS[1:])))


def _psnr(problem: Problem, preset: Preset, canvas: np.ndarray, truth: np.ndarray) -> float:
    return psnr_y(to_unit(to_bytes(finish(problem, preset, canvas))), truth)
