"""A unit of work is left and resumed with the same bits, also where its fit goes wrong; its observers go back with it."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.runs.work_unit import Unit, run_unit

PRESET = replace(task_preset("denoise", "fast"), steps=240, stop="wmv", patience=500)
PROBLEM = denoising(np.full((3, 8, 8), 0.5, np.float32), PRESET)


@dataclass
class Snapshot:
    step: int
    rate: float
    output: np.ndarray

    def loss(self) -> float:
        return 1 / self.step + float(self.output.mean())

    def canvas(self, kind: str) -> np.ndarray:
        return self.output

    def state(self) -> dict:
        return {"step": np.array(self.step), "output": self.output}


def fit(problem, preset, *, seed, state=None, dtype="float32"):
    """Outputs that follow from the one before, the step and the learning rate; at the first rate NaN from step 171 on."""
    output = state["output"] if state else np.full((3, 8, 8), 0.5)
    for step in range(int(state["step"]) + 1 if state else 1, preset.steps + 1):
        noise = np.random.default_rng([seed, step]).standard_normal(output.shape)
        output = 0.9 * output + 0.05 + preset.learning_rate * noise
        if step > 170 and preset.learning_rate == PRESET.learning_rate:
            output = output * np.nan
        yield Snapshot(step, preset.learning_rate, output)


class Steps:
    """Remembers the steps it has seen."""

    def __init__(self):
        self.seen: list[int] = []

    def __call__(self, snapshot) -> None:
        self.seen.append(snapshot.step)

    def state(self) -> dict:
        return {"seen": self.seen}

    def load_state(self, state: dict) -> None:
        self.seen = list(state["seen"])


def left_at(unit: Unit, step: int) -> None:
    """Run a unit until it is interrupted after a step."""
    reached = []
    with pytest.raises(KeyboardInterrupt):
        run_unit(unit, fit=fit, interrupted=lambda: reached[-1] >= step, observers=[lambda s: reached.append(s.step)])


@pytest.mark.parametrize("step", [20, 100, 130, 150, 165, 185])
def test_a_resumed_unit_ends_in_the_same_bits(tmp_path, step, capsys):
    """185: the fit has gone wrong, and isn't known to have; it is resumed from the checkpoint before."""
    whole, steps = run_unit(Unit("x", PROBLEM, PRESET), fit=fit), Steps()
    unit = Unit("x", PROBLEM, PRESET, checkpoint=tmp_path / "x.npz", checkpoint_seconds=0 if step == 185 else 100)
    reached = []
    with pytest.raises(KeyboardInterrupt):
        run_unit(unit, fit=fit, interrupted=lambda: reached[-1] >= step, observers=[steps, lambda s: reached.append(s.step)])
    again = Steps()
    resumed = run_unit(unit, fit=fit, observers=[again])
    assert resumed.resumed_at_step == min(step, 170)
    np.testing.assert_array_equal(resumed.canvas, whole.canvas)
    assert again.seen == list(range(1, 241))
    assert "back to step 150" in capsys.readouterr().err


def test_a_checkpoint_of_before_units_were_guarded_is_sound(tmp_path):
    unit = Unit("x", PROBLEM, PRESET, checkpoint=tmp_path / "x.npz")
    left_at(unit, 130)
    arrays, notes = load_checkpoint(unit.checkpoint)
    assert "guard/output" in arrays and "guard/stopper/least" in arrays
    del notes["guard"]
    save_checkpoint(unit.checkpoint, {name: value for name, value in arrays.items() if not name.startswith("guard/")}, notes)
    np.testing.assert_array_equal(run_unit(unit, fit=fit).canvas, run_unit(replace(unit, checkpoint=None), fit=fit).canvas)
