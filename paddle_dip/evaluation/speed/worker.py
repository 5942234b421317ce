"""One side of a speed measurement: run with -m, this module reads a Trial from standard input and answers in JSON."""

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import wraps
from itertools import islice
from typing import Any

import numpy as np

from paddle_dip.evaluation.speed.profile import profiled
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.runs.provenance import peak_memory_mb

_GEMM_SIDE = 2048
_GEMM_REPEATS = 5
_FACTOR = 8


@dataclass(frozen=True)
class Trial:
    """What to time: `steps` steps, after `warmup`, of the paper's recipe for an image of `size` pixels a side."""

    fit: str  # module that holds the fit
    framework: str  # "paddle" or "torch"
    network: str
    size: int
    steps: int
    warmup: int
    dtype: str  # "float32", "float64" or "bf16"
    profile: bool = False  # take one step more under the profiler
    optimiser: str = "adam"
    ahead: bool = True  # draw the noise of the next step while this one is computed

    def preset(self) -> Preset:
        """Return the paper's recipe with this trial's network and optimiser; SOAP renews its bases as often as in `fast`."""
        preset = replace(super_resolution_preset("paper", _FACTOR), network=NETWORKS[self.network], precision=self.precision())
        # LBFGS begins within the warm-up.
        renewal = super_resolution_preset("fast", _FACTOR).soap_renewal
        return replace(preset, steps=self.warmup + self.steps + 1, optimiser=self.optimiser, warm_up=1, soap_renewal=renewal)

    def precision(self) -> str:
        """Return the precision of the products inside the convolutions."""
        return "bf16" if self.dtype == "bf16" else "float32"

    def storage(self) -> str:
        """Return the dtype of weights and images."""
        return "float32" if self.dtype == "bf16" else self.dtype


def measure(trial: Trial) -> dict:
    """Return the seconds of each step, and in it of the optimiser and of the noise that it waits for; and of all cores together.

    Also the GEMM rate (operations a second) and the added memory (MiB). On a device that works behind the caller's back the
    optimiser's and the noise's seconds are but the caller's.
    """
    module: Any = importlib.import_module(trial.fit)
    module.build_optimiser, shares = watched(module.build_optimiser)
    module.noises, waits = watched_noises(module.noises)
    if not trial.ahead:
        drawing: Any = importlib.import_module(module.noises.__module__)
        drawing.drawn_ahead = map
    fit = module.fit
    side = trial.size // _FACTOR
    low = np.random.default_rng(0).random((3, side, side), dtype=np.float32)
    problem = super_resolution(low, _FACTOR, trial.preset())
    before = peak_memory_mb()
    snapshots = fit(problem, trial.preset(), dtype=trial.storage())
    seconds, cores, last, spent = [], [], time.perf_counter(), time.process_time()
    for snapshot in islice(snapshots, trial.warmup + trial.steps):
        snapshot.loss()  # waits for the step to be done, on a device that works behind the caller's back
        now = time.perf_counter()
        seconds.append(now - last)
        cores.append(time.process_time() - spent)
        last, spent = now, time.process_time()
    memory = peak_memory_mb() - before
    operations = profiled(trial.framework, lambda: next(snapshots).loss()) if trial.profile else {}
    rate = gemm_rate(trial.framework, trial.storage())
    measured = slice(trial.warmup, trial.warmup + trial.steps)
    return {
        "seconds": seconds[measured],
        "optimiser_seconds": shares[measured],
        "noise_seconds": waits[measured],
        "core_seconds": cores[measured],
        "gemm_rate": rate,
        "memory_mb": memory,
        "operations": operations,
    }


def watched(build: Callable) -> tuple[Callable, list[float]]:
    """Return what makes the optimisers that `build` makes, and the list that each step of them adds its seconds to."""
    seconds = []

    def build_watched(parameters: dict, preset: Preset):
        optimiser = build(parameters, preset)
        step = optimiser.step

        def timed(loss, number: int) -> None:
            begun = time.perf_counter()
            step(loss, number)
            seconds.append(time.perf_counter() - begun)

        optimiser.step = timed
        return optimiser

    return build_watched, seconds


def watched_noises(noises: Callable[..., Iterator]) -> tuple[Callable[..., Iterator], list[float]]:
    """Return what yields what `noises` does, and the list that the seconds of waiting for each are added to."""
    seconds = []

    @wraps(noises)
    def timed(*given, **named) -> Iterator:
        each = noises(*given, **named)
        while True:
            begun = time.perf_counter()
            try:
                noise = next(each)
            except StopIteration:
                return
            seconds.append(time.perf_counter() - begun)
            yield noise

    return timed, seconds


def gemm_rate(framework: str, dtype: str) -> float:
    """Return the operations a second, in `dtype`, of the framework's matrix product: its arithmetic limit on this machine."""
    library = importlib.import_module(framework)
    a, b = (library.rand([_GEMM_SIDE, _GEMM_SIDE], dtype=getattr(library, dtype)) for _ in range(2))
    times = []
    for _ in range(_GEMM_REPEATS):
        begun = time.perf_counter()
        float(library.matmul(a, b)[0, 0])
        times.append(time.perf_counter() - begun)
    return 2 * _GEMM_SIDE**3 / min(times)


if __name__ == "__main__":
    print(json.dumps(measure(Trial(**json.load(sys.stdin)))))
