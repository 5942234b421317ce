"""A fit that goes wrong is taken back to its last good state, and goes on with smaller steps."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from paddle_dip.errors import FitError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem

TRIES = 3
SOUND = 500  # steps past a fault, after which the tries are counted anew: what went wrong there is over
CHECK_EVERY = 50  # steps: asking for the loss waits for the device
_WORSE = 10**0.5  # a loss this many times the last good one: 5 dB, where the reference goes back too


def guarded(
    fit: Callable[..., Iterator], problem: Problem, preset: Preset, *, seed: int, dtype: str, say: Callable[[str], None]
) -> Iterator:
    """Yield a fit's snapshots; those of the steps after the last good state come again where it had to go back.

    A loss that isn't finite, is 5 dB worse than at the last look or doesn't move at all sends the fit back, with half the learning
    rate, and `say` tells it. Raises ArithmeticError when that has happened more than TRIES times without SOUND steps in between.
    """
    state, loss, faults, failed_at = None, math.inf, 0, 0
    while True:
        fault = ""
        for snapshot in fit(problem, preset, seed=seed, state=state, dtype=dtype):
            if snapshot.step % CHECK_EVERY == 0 or snapshot.step == preset.steps:
                fault = _fault(snapshot.loss(), loss, preset)
                if fault:
                    break
                state, loss = snapshot.state(), snapshot.loss()
                faults = 0 if snapshot.step >= failed_at + SOUND else faults
            yield snapshot
        if not fault:
            return
        faults, failed_at = faults + 1, snapshot.step
        if faults > TRIES:
            raise FitError(f"the fit failed {faults} times ({fault}): try another --seed, another preset or --dtype float64")
        preset = replace(preset, learning_rate=preset.learning_rate / 2, warm_up_rate=preset.warm_up_rate / 2)
        back = int(state["step"]) if state else 0
        say(f"step {snapshot.step}: {fault}; back to step {back} with learning rate {preset.learning_rate_at(back):g}")


def _fault(loss: float, before: float, preset: Preset) -> str:
    if not math.isfinite(loss):
        return f"the loss is {loss}"
    if loss > _WORSE * before:
        return f"the loss rose from {before:.2e} to {loss:.2e}"
    # Fresh noise moves every loss but that of a network which no longer answers to its input. Without noise a fit that has arrived
    # may stand still, too.
    still = preset.reg_noise_std > 0 and loss == before and loss > 0
    return f"the loss stands still at {loss:.2e}" if still else ""
