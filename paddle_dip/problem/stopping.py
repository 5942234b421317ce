"""Knowing when to stop, from a fit's outputs and its observation alone."""

from dataclasses import replace

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import held_out_pixels
from paddle_dip.problem.tasks import Problem
from paddle_dip.problem.variance import ExponentialVariance, WindowedVariance

HELD_OUT = 0.03  # of the observation's pixels
_WARM_UP = 0.2  # of the steps: a minimum before that is the start's, not the image's
_SUBSET = 4096  # pixels whose variance is followed; more tell no more
# Steps between two looks at the average: it moves little in ten, and each look copies it from the device and, for "sigma" and
# "held-out", degrades it with NumPy. The running variances need every output.
_EVERY = {"plateau": 100, "sigma": 10, "held-out": 10}
_PLATEAU = 1e-6  # mean squared change between those: 60 dB

Arrays = dict[str, np.ndarray]


class Stopper:
    """Follows one fit. `canvas` and `step` are what to return: the moving average at the best moment so far.

    preset.stop: "never" returns the last average; "emv" and "wmv" the one where the outputs' running variance was least; "held-out"
    the one that predicts pixels best that the fit didn't see (see `held_out`; of every tenth step); "plateau" the last, as soon as
    it hardly moves; "sigma" the last, as soon as it is as near to the observation as the noise on it.
    """

    def __init__(self, problem: Problem, preset: Preset, seed: int = 0):
        if preset.stop == "sigma" and problem.sigma is None:
            raise InputError("stop sigma is for the task denoise, where the noise on the photo is known or estimated")
        self._problem, self._preset, self._seed = problem, preset, seed
        self._variance = {"emv": ExponentialVariance, "wmv": WindowedVariance}.get(preset.stop, lambda: None)()
        self._least = np.inf
        self.step, self.canvas = 0, None

    def done(self, snapshot) -> bool:
        """Take in the snapshot of each step in turn; return whether the fit should end here."""
        kind = self._preset.stop
        if kind == "never" or (snapshot.step % _EVERY.get(kind, 1) and snapshot.step < self._preset.steps):
            return False
        signal = self._signal(snapshot)
        if snapshot.step < _WARM_UP * self._preset.steps:
            return False
        if kind in ("plateau", "sigma"):
            return signal < (self._problem.sigma**2 if kind == "sigma" else _PLATEAU)
        if signal < self._least:
            self._least, self.step, self.canvas = signal, snapshot.step, snapshot.canvas("average")
        return snapshot.step - self.step >= self._preset.patience

    def _signal(self, snapshot) -> float:
        if self._variance:
            output = subset(snapshot.canvas("perturbed"))
            return self._variance.add(output) if np.isfinite(output).all() else np.inf
        average = snapshot.canvas("average")
        if self._preset.stop == "held-out":
            return held_out_error(self._problem, average, self._seed)
        before, self.canvas, self.step = self.canvas, average, snapshot.step
        if self._preset.stop == "sigma":
            return observed_error(self._problem, average)
        return np.inf if before is None else float(((average - before) ** 2).mean())

    def state(self) -> Arrays:
        """Return all that it knows, as named arrays, to go on from."""
        known = {"least": np.array(self._least), "step": np.array(self.step)}
        known |= {} if self.canvas is None else {"canvas": self.canvas}
        return known | {f"variance/{name}": value for name, value in (self._variance.state() if self._variance else {}).items()}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`."""
        self._least, self.step, self.canvas = float(state["least"]), int(state["step"]), state.get("canvas")
        if self._variance:
            self._variance.load_state({n.removeprefix("variance/"): v for n, v in state.items() if n.startswith("variance/")})


def subset(canvas: np.ndarray) -> np.ndarray:
    """Return some of the pixels of [C, H, W], evenly spread, always the same."""
    every = max(int(np.sqrt(canvas.shape[1] * canvas.shape[2] / _SUBSET)), 1)
    return canvas[:, ::every, ::every]


def held_out(problem: Problem, seed: int) -> Problem:
    """Return the problem with some of its known pixels withheld from the fit: the same as `held_out_error` looks at."""
    return replace(problem, known=_known(problem) * ~_withheld(problem, seed))


def held_out_error(problem: Problem, canvas: np.ndarray, seed: int) -> float:
    """Return the mean squared error of what a canvas, [C, *problem.canvas], predicts for the withheld pixels."""
    return observed_error(problem, canvas, _withheld(problem, seed))


def observed_error(problem: Problem, canvas: np.ndarray, chosen: np.ndarray | float = 1.0) -> float:
    """Return the mean squared error of what a canvas predicts for the known pixels that are `chosen`, [1, h, w]."""
    image = problem.enlarged(canvas)
    predicted = problem.operator(image) if problem.operator else image
    weight = np.broadcast_to(chosen * _known(problem), predicted.shape)
    return float((weight * (predicted - problem.observation) ** 2).sum() / weight.sum())


def _withheld(problem: Problem, seed: int) -> np.ndarray:
    return held_out_pixels(_known(problem), HELD_OUT, seed)


def _known(problem: Problem) -> np.ndarray:
    return np.ones((1, *problem.observation.shape[1:]), np.float32) if problem.known is None else problem.known
