"""Fits for tests of what is around them: one without a network, which takes no time, and one that is cut off."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass
class Painting:
    """A snapshot of a fit without a network."""

    step: int
    output: np.ndarray

    def loss(self) -> float:
        return float(np.square(self.output).mean())

    def canvas(self, kind: str) -> np.ndarray:
        return self.output

    def state(self) -> dict:
        return {"step": np.array(self.step), "output": self.output}


def paint(problem, preset, *, seed, state=None, dtype="float32"):
    """Yield outputs, each of which follows from the one before, the seed, the step and the learning rate."""
    output = state["output"] if state else np.full((3, *problem.canvas), 0.5)
    for step in range(int(state["step"]) + 1 if state else 1, preset.steps + 1):
        draw = np.random.default_rng([seed, step])
        output = 0.9 * output + preset.learning_rate * draw.standard_normal(output.shape)
        yield Painting(step, output)


def cut(step: int, begun: list[int], fit: Callable = paint) -> Callable:
    """Return a fit that ends, as if by Ctrl-C, once so many steps have been taken in all, never for -1; begun: where each began."""
    taken = []

    def fit_and_die(*args, **how):
        begun.append(0 if how["state"] is None else int(how["state"]["step"]))
        for snapshot in fit(*args, **how):
            taken.append(1)
            if len(taken) == step:
                raise KeyboardInterrupt
            yield snapshot

    return fit_and_die
