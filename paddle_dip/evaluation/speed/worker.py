"""One side of a speed measurement: run with -m, this module reads a Trial from standard input and answers in JSON."""

import importlib
import json
import sys
import time
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from paddle_dip.evaluation.speed.profile import profiled
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.presets import Preset, super_resolution_preset
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

    def preset(self) -> Preset:
        """Return the paper's recipe with this trial's network."""
        preset = super_resolution_preset("paper", _FACTOR)
        return replace(preset, network=NETWORKS[self.network], steps=self.warmup + self.steps + 1, precision=self.precision())

    def precision(self) -> str:
        """Return the precision of the products inside the convolutions."""
        return "bf16" if self.dtype == "bf16" else "float32"

    def storage(self) -> str:
        """Return the dtype of weights and images."""
        return "float32" if self.dtype == "bf16" else self.dtype


def measure(trial: Trial) -> dict:
    """Return the seconds of each step, the GEMM rate (operations a second) and the memory that the fit added (MiB)."""
    fit = importlib.import_module(trial.fit).fit
    side = trial.size // _FACTOR
    low = np.random.default_rng(0).random((3, side, side), dtype=np.float32)
    problem = super_resolution(low, _FACTOR, trial.preset())
    before = peak_memory_mb()
    snapshots = fit(problem, trial.preset(), dtype=trial.storage())
    seconds, last = [], time.perf_counter()
    for snapshot in islice(snapshots, trial.warmup + trial.steps):
        snapshot.loss()  # waits for the step to be done, on a device that works behind the caller's back
        now = time.perf_counter()
        seconds.append(now - last)
        last = now
    memory = peak_memory_mb() - before
    operations = profiled(trial.framework, lambda: next(snapshots).loss()) if trial.profile else {}
    rate = gemm_rate(trial.framework, trial.storage())
    return {"seconds": seconds[trial.warmup :], "gemm_rate": rate, "memory_mb": memory, "operations": operations}


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
