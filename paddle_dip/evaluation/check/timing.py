"""A step's seconds and memory on this machine, by preset, size and precision."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from statistics import median

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.problem.budget import fit_bytes
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.runs.parallel import run_parallel
from paddle_dip.runs.workers import Workers
from paddle_dip.solver import device
from paddle_dip.solver.fast.operators import fastest_precision
from paddle_dip.solver.fit import Snapshot, fit

FACTOR = 8
_ORDER = ("fast", "quick", "best", "paper")
_WARM_UP, _MOST_STEPS = 2, 20  # SOAP's first step takes its bases, Paddle's first of a shape chooses algorithms


@dataclass(frozen=True)
class Case:
    """What to time: a preset of super-resolution that paints side x side pixels. seconds: about how long."""

    preset: str
    side: int
    precision: str
    seconds: float

    @property
    def title(self) -> str:
        return f"{self.preset}, {self.side}x{self.side}, {self.precision}"


@dataclass(frozen=True)
class Timing:
    """What a case takes. seconds: of a step; network_seconds: of the network's two passes alone.

    memory: bytes at the peak of a step; predicted: by paddle_dip.problem.budget.
    """

    preset: str
    side: int
    precision: str
    seconds: float
    network_seconds: float
    memory: int | None
    predicted: int

    @property
    def outside(self) -> float:
        """The share of a step that isn't the network's: noise, loss, optimiser, average, and what Python costs."""
        return max(1 - self.network_seconds / self.seconds, 0.0)


def like(name: str) -> str:
    """Return the preset that is timed for `name`: the first of the same network and optimiser."""
    presets = {each: super_resolution_preset(each, FACTOR) for each in _ORDER}
    kind = presets[name].network, presets[name].optimiser
    return next(each for each, preset in presets.items() if (preset.network, preset.optimiser) == kind)


def timed_presets() -> tuple[str, ...]:
    """Return the presets that are timed: a step of each other takes as long as one of these."""
    return tuple(name for name in _ORDER if like(name) == name)


def precisions() -> tuple[str, ...]:
    """Return what can be timed here: "float32"; on a GPU "tf32" and "bf16" too; on a CPU that multiplies such numbers "bf16"."""
    if device.on_gpu():
        return "float32", "tf32", "bf16"
    return ("float32", "bf16") if fastest_precision() == "bf16" else ("float32",)


def timed(case: Case, *, interrupted: Callable[[], bool] = lambda: False) -> Timing:
    """Return the timing of a case; raises InputError where it can't be done here, MemoryError where it doesn't fit."""
    preset = timed_preset(case.preset, case.precision)
    low = np.random.default_rng(0).random((3, case.side // FACTOR, case.side // FACTOR), dtype=np.float32)
    snapshots = fit(super_resolution(low, FACTOR, preset), preset)
    with device.tf32(case.precision == "tf32"):
        memory = device.added_memory(lambda: deque(islice(snapshots, _WARM_UP), maxlen=0))
        steps = _seconds(lambda: next(snapshots), case.seconds / 2)
        passes = _network_pass(next(snapshots))
        next(passes)
        network = _seconds(lambda: next(passes), case.seconds / 2)
    return Timing(case.preset, case.side, case.precision, steps, network, memory, fit_bytes((case.side, case.side), preset))


def timed_apart(case: Case) -> Timing:
    """Return the timing of a case, made on a CPU in a process of its own: one that has fitted before keeps memory for the next."""
    return timed(case) if device.on_gpu() else dict(run_parallel([case], Workers(), work=timed))[case]


def timed_preset(name: str, precision: str) -> Preset:
    """Return the preset painting at full size, its result left as it is: what is timed and measured is the fit."""
    preset = super_resolution_preset(name, FACTOR)
    return replace(preset, work_scale=1, precision="bf16" if precision == "bf16" else "float32")


def _seconds(work: Callable[[], object], most: float) -> float:
    """Return the median seconds of `work` on the device, done once at least and until `most` seconds are over."""
    taken: list[float] = []
    while not taken or (sum(taken) < most and len(taken) < _MOST_STEPS):
        device.wait()
        begun = time.perf_counter()
        work()
        device.wait()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def _network_pass(snapshot: Snapshot) -> Iterator[None]:
    """Run the network of a fit forward and backward each time it is asked to."""
    network, z = snapshot.network, snapshot._z
    while True:
        network(z).sum().backward()
        for parameter in network.parameters():
            parameter.clear_gradient(False)
        yield


def untimed(error: Exception) -> str:
    """Return in a line why a case has no timing."""
    if isinstance(error, ChildProcessError):
        return "its process ended by itself, for want of memory perhaps"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


# What a case may fail with: its precision isn't there, or it doesn't fit; Paddle's own errors are RuntimeErrors.
FAILURES = (InputError, MemoryError, RuntimeError, ChildProcessError)
