"""A fit that goes wrong goes back, with smaller steps, and gives up in words."""

from dataclasses import dataclass, replace

import pytest

from paddle_dip.problem.task_table import task_preset
from paddle_dip.runs.divergence import CHECK_EVERY, SOUND, TRIES, guarded

PRESET = replace(task_preset("denoise", "fast"), steps=200)


@dataclass
class Snapshot:
    step: int
    value: float

    def loss(self) -> float:
        return self.value

    def state(self) -> dict:
        return {"step": self.step}


def losing(loss_at, log: list):
    """A fit whose losses are `loss_at`(step, learning rate)."""

    def fit(problem, preset, *, seed, state, dtype):
        begin = state["step"] if state else 0
        log.append((begin, preset.learning_rate, dtype))
        for step in range(begin + 1, preset.steps + 1):
            yield Snapshot(step, loss_at(step, preset.learning_rate))

    return fit


def steps(loss_at, log: list, said: list, preset=PRESET) -> list[int]:
    return [s.step for s in guarded(losing(loss_at, log), None, preset, seed=0, dtype="float64", say=said.append)]


def test_a_sound_fit_is_left_alone():
    log, said = [], []
    assert steps(lambda step, rate: 1 / step, log, said) == list(range(1, 201))
    assert log == [(0, 0.01, "float64")] and said == []


@pytest.mark.parametrize(("bad", "words"), [(float("nan"), "nan"), (1e6, "rose"), (float("inf"), "inf")])
def test_a_fault_goes_back_to_the_last_good_state(bad, words):
    log, said = [], []
    seen = steps(lambda step, rate: bad if step > 120 and rate > 0.006 else 1 / step, log, said)
    assert log == [(0, 0.01, "float64"), (100, 0.005, "float64")]
    assert seen == [*range(1, 150), *range(101, 201)]
    assert len(said) == 1 and words in said[0] and "back to step 100" in said[0] and "0.005" in said[0]


def test_a_loss_that_stands_still_is_a_fault():
    said = []
    with pytest.raises(ArithmeticError, match="stands still"):
        steps(lambda step, rate: 0.25, [], said)
    assert len(said) == TRIES  # the last fault ends it


def test_without_noise_a_loss_may_stand_still():
    said = []
    still = replace(PRESET, reg_noise_std=0.0)
    assert steps(lambda step, rate: 0.25, [], said, still) == list(range(1, 201))
    assert said == []


def failing_at(*places: int):
    """A loss that is no number once at each of some steps, however small the learning rate."""
    left = list(places)

    def loss(step: int, rate: float) -> float:
        if step in left:
            left.remove(step)
            return float("nan")
        return 1 / step

    return loss


def test_faults_far_apart_do_not_add_up():
    said, long = [], replace(PRESET, steps=6 * SOUND)
    places = range(SOUND, 6 * SOUND, SOUND + CHECK_EVERY)
    assert len(places) > TRIES
    assert steps(failing_at(*places), [], said, long)[-1] == 6 * SOUND
    assert len(said) == len(places)


def test_faults_close_together_do_add_up():
    long = replace(PRESET, steps=6 * SOUND)
    with pytest.raises(ArithmeticError, match=f"failed {TRIES + 1} times"):
        steps(failing_at(*range(SOUND, SOUND + 50 * CHECK_EVERY, CHECK_EVERY)), [], [], long)


def test_it_gives_up_in_words():
    with pytest.raises(ArithmeticError, match="failed 4 times.*another seed, another preset or dtype float64"):
        steps(lambda step, rate: float("nan"), [], [])


def test_the_stopper_goes_back_with_the_fit():
    """Outputs of a network that has died hardly vary: a stopper that had seen them would keep one of those."""
    import numpy as np

    from paddle_dip.problem.tasks import denoising
    from paddle_dip.runs.restore import restore

    draw = np.random.default_rng(0)

    @dataclass
    class Painted(Snapshot):
        output: np.ndarray

        def canvas(self, kind):
            return self.output

    def fit(problem, preset, *, seed, state, dtype):
        for step in range((state["step"] if state else 0) + 1, preset.steps + 1):
            dead = step > 120 and preset.learning_rate > 0.006
            output = np.zeros((3, 8, 8)) if dead else 0.5 + 0.1 * draw.standard_normal((3, 8, 8))
            yield Painted(step, float("nan") if dead else 1 / step, output)

    problem = denoising(np.full((3, 8, 8), 0.5, np.float32), PRESET)
    assert restore(problem, PRESET, fit=fit, seed=0).mean() > 0.3
