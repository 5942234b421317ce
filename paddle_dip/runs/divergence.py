"""A fit that goes wrong is taken back to its last good state, and goes on with smaller steps."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from paddle_dip.errors import FitError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem

TRIES = 3
SOUND = 500  # steps past a fault, after which the tries are counted anew: what went wrong there is over
CHECK_EVERY = 50  # steps: asking for the loss waits for the device
_WORSE = 10**0.5  # a loss this many times the last good one: 5 dB, where the reference goes back too


@dataclass
class Guard:
    """What is known of a fit's health; with the fit's own state it is all that a guarded fit needs to go on from.

    good: the fit's state when it was last found sound, None: before the first step; loss: what it was then. faults: how often it
    has gone wrong lately, failed_at: at which step the last time. halvings: of the learning rate so far.
    """

    good: dict[str, np.ndarray] | None = None
    loss: float = math.inf
    faults: int = 0
    failed_at: int = 0
    halvings: int = 0

    def slowed(self, preset: Preset) -> Preset:
        """Return the preset with the learning rate as it is now."""
        share = 0.5**self.halvings
        return replace(preset, learning_rate=preset.learning_rate * share, warm_up_rate=preset.warm_up_rate * share)

    def fault(self, snapshot, preset: Preset) -> str:
        """Return what is wrong with a fit, in words, "" for a sound one, whose state is kept."""
        loss = snapshot.loss()
        if fault := _fault(loss, self.loss, preset):
            return fault
        self.good, self.loss = snapshot.state(), loss
        self.faults = 0 if snapshot.step >= self.failed_at + SOUND else self.faults
        return ""

    def go_back(self, step: int, fault: str) -> None:
        """Count a fault; raises FitError where there have been too many."""
        self.faults, self.failed_at, self.halvings = self.faults + 1, step, self.halvings + 1
        if self.faults > TRIES:
            raise FitError(f"the fit failed {self.faults} times ({fault}): try another seed, another preset or dtype float64")


def guarded(
    fit: Callable[..., Iterator],
    problem: Problem,
    preset: Preset,
    *,
    seed: int,
    dtype: str,
    say: Callable[[str], None],
    state: dict[str, np.ndarray] | None = None,
    guard: Guard | None = None,
) -> Iterator:
    """Yield a fit's snapshots; those of the steps after the last good state come again where it had to go back.

    A loss that isn't finite, is 5 dB worse than at the last look or doesn't move at all sends the fit back, with half the learning
    rate, and `say` tells it. state, guard: where to go on from. Raises FitError when that has happened more than TRIES times
    without SOUND steps in between.
    """
    guard = guard or Guard()
    while True:
        fault, slowed = "", guard.slowed(preset)
        for snapshot in fit(problem, slowed, seed=seed, state=state, dtype=dtype):
            if snapshot.step % CHECK_EVERY == 0 or snapshot.step == preset.steps:
                fault = guard.fault(snapshot, preset)
                if fault:
                    break
            yield snapshot
        if not fault:
            return
        guard.go_back(snapshot.step, fault)
        state = guard.good
        back = int(state["step"]) if state else 0
        rate = guard.slowed(preset).learning_rate_at(back)
        say(f"step {snapshot.step}: {fault}; back to step {back} with learning rate {rate:g}")


def _fault(loss: float, before: float, preset: Preset) -> str:
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    if loss > _WORSE * before:
        return f"the loss rose from {before:.2e} to {loss:.2e}"
    # Fresh noise moves every loss but that of a network which no longer answers to its input. Without noise a fit that has arrived
    # may stand still, too.
    still = preset.reg_noise_std > 0 and loss == before and loss > 0
    return f"the loss stands still at {loss:.2e}" if still else ""
