"""One fit of the study: its quality and the stoppers' doings while it goes on, against a truth that only the readings see."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from paddle_dip.evaluation.study.cases import Damage, StudyCase, image_path, study_case
from paddle_dip.evaluation.study.stopper_evaluation import StopperEvaluation
from paddle_dip.evaluation.study.variants import DECAYS, variant_preset
from paddle_dip.io.files import read_rows, whole_file, write_json, write_rows
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping.least_variance import subset
from paddle_dip.problem.stopping.variance import ExponentialVariance, WindowedVariance
from paddle_dip.report.grids import enlarged_pixels, picture_grid, write_png
from paddle_dip.runs.canvas import as_fitted
from paddle_dip.runs.interrupt import Interrupted
from paddle_dip.runs.provenance import provenance
from paddle_dip.runs.restore import finish
from paddle_dip.runs.work_unit import Unit, run_unit

_READINGS = 60  # of a fit


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


@dataclass(frozen=True)
class Trial:
    """A fit to make. folder: where the images lie."""

    variant: str
    image: str
    damage: Damage
    seed: int
    folder: Path
    steps: int | None = None  # instead of the variant's own

    @property
    def name(self) -> str:
        """The name of its files."""
        return f"{self.variant}_{self.damage.words}_{self.image}_{self.seed}" + (f"_{self.steps}" if self.steps is not None else "")

    @property
    def title(self) -> str:
        """What it is called while it goes on."""
        return self.name


def run_trial(trial: Trial, fit: Callable, out: Path, interrupted: Interrupted = lambda: 0) -> None:
    """Fit, and write out/NAME.csv, a row a reading; NAME.json, what was run and what stoppers did; NAME.npy and NAME.png.

    NAME.npy is the last average, float32 [C, h, w], NAME.png what it amounts to, between what was given and the truth. The JSON is
    written last: where it is, the trial has finished. Raises KeyboardInterrupt, nothing written, when `interrupted` says so.
    """
    preset = variant_preset(trial.variant, trial.damage, trial.steps)
    case = study_case(image_path(trial.folder, trial.image), trial.damage, preset)
    stoppers, watch = StopperEvaluation(case.problem, preset), Watch(case, preset)
    # The stoppers look on: the fit takes all its steps.
    problem, looked_at = as_fitted(case.problem, preset), replace(preset, stop="never")
    unit = Unit(trial.name, problem, looked_at, trial.seed)
    result = run_unit(unit, fit=fit, interrupted=interrupted, observers=(watch, stoppers))
    made = {"variant": trial.variant, "image": trial.image, "seed": trial.seed, "steps": preset.steps}
    made |= {
        "seconds": result.seconds,
        "damage": asdict(trial.damage),
        "stops": stoppers.endings(stoppers.last, watch.quality),
    }
    watch.write(out, trial.name)
    write_json(out / f"{trial.name}.json", made | {"preset": preset.settings(), "made_with": provenance()})


class Watch:
    """Follows a fit: `averages` of its outputs by decay, [C, *problem.canvas], and `readings` of their quality."""

    def __init__(self, case: StudyCase, preset: Preset):
        self._case, self._preset = case, preset
        self._every = max(preset.steps // _READINGS, 1)
        self._variances: list[ExponentialVariance | WindowedVariance] = [ExponentialVariance(), WindowedVariance()]
        self.averages = {decay: np.zeros((len(case.truth), *case.problem.canvas)) for decay in DECAYS}
        self.readings: list[Reading] = []

    def __call__(self, snapshot) -> None:
        """Take in the snapshot of each step in turn."""
        canvas = snapshot.canvas("perturbed")
        for decay, average in self.averages.items():
            average += max(1 - decay, 1 / snapshot.step) * (canvas - average)
        signals = [variance.add(subset(canvas)) for variance in self._variances]
        if snapshot.step % self._every == 0 or snapshot.step == self._preset.steps:
            tflop = snapshot.step * step_flops(self._preset.network, *self._case.problem.canvas) / 1e12
            found = [self.quality(value) for value in (*self.averages.values(), canvas)]
            self.readings.append(Reading(snapshot.step, tflop, snapshot.loss(), *signals, *found))

    def state(self) -> dict:
        variances = [variance.state() for variance in self._variances]
        return {"averages": self.averages, "readings": self.readings, "variances": variances}

    def load_state(self, state: dict) -> None:
        self.averages, self.readings = state["averages"], state["readings"]
        self._variances = [ExponentialVariance(), WindowedVariance()]
        for variance, known in zip(self._variances, state["variances"], strict=True):
            variance.load_state(known)

    def write(self, out: Path, name: str) -> None:
        """Write the readings and the last average as files of `run_trial`."""
        problem, truth, average = self._case.problem, self._case.truth, self.averages[self._preset.average_decay].astype(np.float32)
        pictures = {"given": enlarged_pixels(problem.observation, truth), "result": finish(problem, self._preset, average)}
        with whole_file(out / f"{name}.npy") as file:
            np.save(file, average)
        write_png(out / f"{name}.png", picture_grid(pictures | {"truth": truth}))
        write_rows(out / f"{name}.csv", Reading, self.readings)

    def quality(self, canvas: np.ndarray) -> float:
        """Return the PSNR, in dB, of the image that a canvas amounts to."""
        return self._case.score(finish(self._case.problem, self._preset, canvas), self._case.truth)


def finished(trial: Trial, out: Path) -> bool:
    """Return whether a trial's files are all there."""
    return (out / f"{trial.name}.json").exists()


def read_readings(path: Path) -> list[Reading]:
    """Return the readings in a file; raises ValueError where it holds something else."""
    return read_rows(path, Reading)
