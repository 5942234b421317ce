"""Is one forward and backward pass here what it is on the CPU in float64?"""

from dataclasses import dataclass

import numpy as np

from paddle_dip.evaluation.parity.experiment import Experiment
from paddle_dip.evaluation.parity.names import without_gradient
from paddle_dip.evaluation.parity.trace import first_step
from paddle_dip.problem.philox import philox_noise
from paddle_dip.solver import device
from paddle_dip.solver.philox import philox_noise as philox_on_device

Arrays = dict[str, np.ndarray]
_NOISE_SHAPE = (1, 32, 64, 64)


@dataclass(frozen=True)
class Difference:
    """How far the device is from what is right."""

    what: str
    found: float
    tolerance: float
    why: str

    @property
    def passed(self) -> bool:
        return self.found <= self.tolerance  # not where it is NaN


def differences(network: str = "skip") -> list[Difference]:
    """Return how far the device's float32, without TF32, is from the CPU's float64: output, loss, gradients; and its noise.

    network: a name of paddle_dip.problem.networks.
    """
    experiment = Experiment(network=network)
    with device.computing_on_cpu():
        exact = _pass(experiment, "float64")
    with device.tf32(False):
        found = _pass(experiment, "float32")
    loss = float(exact["loss/loss"])
    canvas = np.abs(found["forward/canvas"] - exact["forward/canvas"]).max()
    return [
        Difference("output, largest difference", float(canvas), 1e-4, "images are in [0, 1]; on CPUs up to 1.4e-5"),
        Difference("loss, relative", abs(float(found["loss/loss"]) - loss) / loss, 1e-5, "a mean over all pixels"),
        Difference(
            "gradients, relative", _apart(found, exact), 1e-2, "length of the difference; an input of LeakyReLU may round across 0"
        ),
        Difference("noise of Philox, largest difference", _noise_apart(), 1e-6, "the last digit of logarithm and cosine"),
    ]


def _pass(experiment: Experiment, dtype) -> Arrays:
    return first_step(experiment.problem(), experiment.preset(), seed=experiment.seed, dtype=dtype)


def _apart(found: Arrays, exact: Arrays) -> float:
    names = {name.removeprefix("grad/") for name in exact if name.startswith("grad/")}
    names -= without_gradient(names)  # rounding noise on both sides
    ours, theirs = (np.concatenate([arrays[f"grad/{name}"].ravel() for name in sorted(names)]) for arrays in (found, exact))
    return float(np.linalg.norm(ours - theirs) / np.linalg.norm(theirs))


def _noise_apart() -> float:
    return float(np.abs(philox_on_device(_NOISE_SHAPE, 0)(1).numpy() - philox_noise(_NOISE_SHAPE, 0, 1)).max())
