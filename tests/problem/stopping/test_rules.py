"""A stopper returns the best moment by signals that need no truth, and can be taken up where it was."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from paddle_dip.errors import InputError
from paddle_dip.problem.presets import STOPS
from paddle_dip.problem.stopping import RULES, build_stopper
from paddle_dip.problem.stopping.held_out import HELD_OUT
from paddle_dip.problem.stopping.rule import Stopper
from paddle_dip.problem.stopping.variance import ExponentialVariance, WindowedVariance
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution

PRESET = replace(super_resolution_preset("fast", 8), steps=1000, patience=200, work_scale=1)
PROBLEM = replace(super_resolution(np.full((3, 8, 9), 0.5, np.float32), 8, PRESET), sigma=0.003)


@dataclass
class Snapshot:
    step: int
    output: np.ndarray

    def canvas(self, kind: str) -> np.ndarray:
        return self.output


def outputs(steps: int):
    """Outputs whose noise is least around step 500, on a canvas that comes ever nearer to the observation until then."""
    draw = np.random.default_rng(0)
    for step in range(1, steps + 1):
        noise = 0.01 + 0.04 * abs(step - 500) / 500
        yield Snapshot(step, 0.5 + noise * draw.standard_normal((3, *PROBLEM.canvas)))


def followed(stop: str, steps: int = 1000) -> tuple[Stopper, int]:
    stopper = build_stopper(PROBLEM, replace(PRESET, stop=stop))
    for snapshot in outputs(steps):
        if stopper.done(snapshot):
            break
    return stopper, snapshot.step


@pytest.mark.parametrize(("stop", "late"), [("emv", 15), ("wmv", 60), ("held-out", 30)])
def test_the_least_signal_is_kept_and_patience_ends_the_fit(stop, late):
    stopper, last = followed(stop)
    assert abs(stopper.step - 500 - late) < 60
    assert last == stopper.step + PRESET.patience


def test_the_withheld_pixels_are_looked_at_every_tenth_step():
    looks = []

    class Watched(Snapshot):
        def canvas(self, kind: str) -> np.ndarray:
            looks.append(self.step)
            return self.output

    stopper = build_stopper(PROBLEM, replace(PRESET, stop="held-out"))
    for snapshot in outputs(60):
        stopper.done(Watched(snapshot.step, snapshot.output))
    assert looks == [10, 20, 30, 40, 50, 60]


def test_never_takes_every_step_and_keeps_nothing():
    stopper, last = followed("never")
    assert last == 1000 and stopper.canvas is None


@pytest.mark.parametrize("stop", ["plateau", "sigma"])
def test_a_fit_that_wasnt_ended_gives_its_last_average(stop):
    stopper = build_stopper(PROBLEM, replace(PRESET, stop=stop, steps=137))
    for step in range(1, 138):
        canvas = np.full((3, *PROBLEM.canvas), step / 1000)
        assert not stopper.done(Snapshot(step, canvas))
    assert stopper.step == 137 and stopper.canvas is canvas


def test_a_plateau_ends_the_fit_at_its_last_average():
    stopper = build_stopper(PROBLEM, replace(PRESET, stop="plateau"))
    for step in range(1, 1001):
        canvas = np.full((3, *PROBLEM.canvas), 0.5 + 0.2 * 0.99**step)
        if stopper.done(Snapshot(step, canvas)):
            break
    assert 400 <= step < 800 and stopper.canvas is canvas


@pytest.mark.parametrize("stop", STOPS)
def test_a_stopper_taken_up_decides_alike(stop):
    whole, last = followed(stop)
    stopper = build_stopper(PROBLEM, replace(PRESET, stop=stop))
    for snapshot in outputs(1000):
        if snapshot.step == 333:
            stored = {name: np.array(value) for name, value in stopper.state().items()}
            stopper = build_stopper(PROBLEM, replace(PRESET, stop=stop))
            stopper.load_state(stored)
        if stopper.done(snapshot):
            break
    assert (snapshot.step, stopper.step) == (last, whole.step)


def test_a_rule_that_needs_the_noise_is_refused_where_it_is_unknown():
    unknown = replace(PROBLEM, sigma=None)
    assert [name for name, rule in RULES.items() if not rule.follows(unknown)] == ["sigma"]
    with pytest.raises(InputError, match="stop sigma is for the task denoise"):
        build_stopper(unknown, replace(PRESET, stop="sigma"))


@pytest.mark.parametrize("stop", STOPS)
def test_only_what_withholds_changes_what_the_fit_sees(stop):
    assert (RULES[stop].as_fitted(PROBLEM) is not PROBLEM) == RULES[stop].withholds == (stop == "held-out")


def test_withheld_pixels_are_few_unknown_to_the_fit_and_what_the_error_looks_at():
    preset = replace(PRESET, stop="held-out")
    hidden = RULES["held-out"].as_fitted(PROBLEM).known == 0
    assert hidden.mean() == pytest.approx(HELD_OUT, abs=0.02) and hidden.any()
    spoilt = replace(PROBLEM, observation=np.where(hidden, 0.6, 0.0).astype(np.float32).repeat(3, axis=0))
    for problem, error in ((PROBLEM, 0.01), (spoilt, 0)):
        stopper = build_stopper(problem, preset)
        stopper.done(Snapshot(preset.steps, np.full((3, *PROBLEM.canvas), 0.6)))
        assert stopper.state()["least"] == pytest.approx(error, rel=1e-5, abs=1e-9)


def test_the_variances_are_those_of_numpy():
    values = np.random.default_rng(1).standard_normal((30, 4, 5))
    windowed, exponential = WindowedVariance(10), ExponentialVariance(0.1)
    for value in values:
        least, smooth = windowed.add(value), exponential.add(value)
    assert least == pytest.approx(values[-10:].var(axis=0).mean(), rel=1e-10)
    weights = 0.1 * 0.9 ** np.arange(30)[::-1]
    weights[0] = 0.9**29
    mean = np.tensordot(weights, values, 1)
    assert smooth == pytest.approx(np.tensordot(weights, (values - mean) ** 2, 1).mean(), rel=1e-10)
