"""One parity experiment: everything that two frameworks must be told to do the same, as a frozen, JSON-ready dataclass."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.problem.kernels import KERNELS
from paddle_dip.problem.networks import network_config
from paddle_dip.problem.networks.config import PADS
from paddle_dip.problem.optimisers import OPTIMISERS
from paddle_dip.problem.presets import CHOICES, Preset
from paddle_dip.problem.randomness import random_holes
from paddle_dip.problem.resampling import kernel_resize
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import Problem, denoising, flash_no_flash, inpainting, super_resolution

OPERATORS = ("pillow", *KERNELS, "identity", "mask")
_HOLES = 0.4  # of the pixels, with the operator "mask"
DTYPES = ("float64", "float32")
# These kernels of the reference exist with phase 0 only.
_PHASE_0 = ("gauss12", "gauss1sq2")
# Few steps of Adam before LBFGS, so that short fits reach it, and a learning rate at which it moves.
_WARM_UP, _LBFGS_RATE = 3, 1.0


@dataclass(frozen=True)
class Experiment:
    """A fit to compare. height, width: the image's, multiples of factor, which the operators "identity" and "mask" don't use."""

    network: str = "skip"  # a name of paddle_dip.problem.networks
    dtype: str = "float64"
    steps: int = 10
    channels: int = 3
    height: int = 64
    width: int = 96
    factor: int = 8
    work_scale: int = 1  # the network paints 1/work_scale of that
    operator: str = "lanczos2"
    clip: bool = False
    pad: str | None = None  # instead of the network's own
    initialisation: str = "torch"
    back_projection: int = 0
    optimiser: str = "adam"  # this and the next five: see paddle_dip.problem.presets.Preset
    learn_input: bool = False
    input: str = "uniform"
    noise: str = "fresh"
    loss: str = "mean"
    tv_weight: float = 0.0
    seed: int = 0
    layers: bool = False  # also trace every layer's output and the gradient that arrives there

    def preset(self) -> Preset:
        """Return the fit's settings: the paper's, with what the experiment changes."""
        network = network_config(self.network)
        padded: dict[str, Any] = {"pad": self.pad} if self.pad else {}  # not every family has it
        return replace(
            super_resolution_preset("paper", self.factor),
            name="parity",
            steps=self.steps,
            network=replace(network, **padded),
            learning_rate=_LBFGS_RATE if self.optimiser == "lbfgs" else network.learning_rate,
            initialisation=self.initialisation,
            work_scale=self.work_scale,
            operator="pillow" if self.same_size() else self.operator,
            clip=self.clip,
            back_projection=self.back_projection,
            input=self.input,
            noise=self.noise,
            noise_generator="numpy",  # the same bits on every side
            loss=self.loss,
            tv_weight=self.tv_weight,
            optimiser=self.optimiser,
            warm_up=_WARM_UP,
            learn_input=self.learn_input,
        )

    def limits(self) -> dict[str, float]:
        """Return how far one step may move a parameter, and how much more than Adam it makes of rounding: see `compare`."""
        kind = OPTIMISERS[self.optimiser]
        return {"learning_rate": self.preset().learning_rate * kind.reach, "rounding": kind.rounding}

    def same_size(self) -> bool:
        """Return whether the observation is as large as the image."""
        return self.operator in ("identity", "mask")

    def zero_pad(self) -> bool:
        """Return whether the network's convolutions pad with zeros."""
        return getattr(self.preset().network, "pad", "zero") == "zero"

    def truth(self) -> np.ndarray:
        """Return the image to restore, float64 [channels, height, width] in [0, 1]."""
        return synthetic_image(self.channels, self.height, self.width)

    def problem(self) -> Problem:
        """Return the problem of restoring the truth, shrunken, with holes or as it is."""
        if self.same_size():
            return self._same_size_problem()
        preset = replace(self.preset(), operator="pillow")
        low = np.zeros((self.channels, self.height // self.factor, self.width // self.factor), np.float32)
        problem = super_resolution(low, self.factor, preset)
        assert problem.exact is not None  # every super-resolution has it
        problem = replace(problem, observation=problem.exact(self.truth()).astype(np.float32))
        if self.operator == "pillow":
            return problem
        operator = kernel_resize((self.height, self.width), self.operator, self.factor, phase=self._phase())
        return replace(problem, operator=replace(operator, clip=self.clip))

    def _same_size_problem(self) -> Problem:
        image = self.truth().astype(np.float32)
        if self.input == "guide":
            return flash_no_flash(image, 1 - image, self.preset())
        if self.operator == "identity":
            return denoising(image, self.preset())
        return inpainting(image, random_holes((self.height, self.width), _HOLES, self.seed), self.preset())

    def _phase(self) -> float:
        # A Lanczos window of even size 4f or 6f, padded alike on both sides, fits an even factor only.
        odd_lanczos = self.factor % 2 == 1 and self.operator.startswith("lanczos")
        return 0 if self.operator in _PHASE_0 or odd_lanczos else 0.5

    def milestones(self) -> tuple[int, ...]:
        """Return the steps after which the parameters are compared: 1, 3, 10, 30 ..., to show the growth, and the last."""
        powers = (first * 10**power for power in range(len(str(self.steps))) for first in (1, 3))
        return tuple(sorted({*(step for step in powers if step <= self.steps), self.steps}))

    def handovers(self) -> tuple[int, ...]:
        """Return the steps after which one side's state is given to the other, to take the next step from the same place.

        Not the first ones: there a step is hardly more than the gradient's sign. The last but one always, where it isn't.
        """
        return tuple(sorted({step for step in (10, 30, self.steps - 1) if 9 <= step < self.steps}))

    def as_json(self) -> str:
        """Return the experiment as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def read_experiment(text: str) -> Experiment:
    """Return the experiment written by `as_json`, checked; raises InputError where it isn't one."""
    try:
        experiment = Experiment(**json.loads(text))
    except (TypeError, json.JSONDecodeError) as error:
        raise InputError(f"not a parity experiment: {error}") from None
    return checked(experiment)


def checked(experiment: Experiment) -> Experiment:
    """Return `experiment`; raises InputError, naming the setting, where it can't be run."""
    network = network_config(experiment.network)
    if experiment.pad is not None and not hasattr(network, "pad"):
        raise InputError(f"pad can't be chosen for network {experiment.network}: it pads with zeros or not at all")
    choices = {"dtype": DTYPES, "operator": OPERATORS, "pad": (None, *PADS)}
    choices |= {name: CHOICES[name] for name in ("initialisation", "optimiser", "input", "noise", "loss")}
    if experiment.input == "guide" and experiment.operator != "identity":
        raise InputError("input guide needs the operator identity: the guide is a picture as large as the observation")
    for name, allowed in choices.items():
        one_of(name, getattr(experiment, name), allowed)
    for name, least in (("steps", 1), ("channels", 1), ("work_scale", 1), ("seed", 0)):
        at_least(name, getattr(experiment, name), least)
    for name in () if experiment.same_size() else ("height", "width"):
        if experiment.factor < 1 or getattr(experiment, name) % experiment.factor:
            raise InputError(f"{name} must be a multiple of the factor {experiment.factor}, not {getattr(experiment, name)}")
    return experiment


def synthetic_image(channels: int, height: int, width: int) -> np.ndarray:
    """Return waves, a saturated square and a black bar, float64 [channels, height, width] in [0, 1]: no file, no symmetry."""
    y, x = np.mgrid[0:height, 0:width] / 24
    phases = np.arange(channels)[:, None, None] * 0.9
    image = 0.5 + 0.3 * np.sin(2.1 * y + phases) * np.cos(3.3 * x - phases) + 0.2 * np.sin(0.7 * x * y + phases)
    image[:, height // 5 : height // 2, width // 6 : width // 3] = 1.0
    image[:, height // 2 :, 3 * width // 4 : 3 * width // 4 + 3] = 0.0
    return image.clip(0, 1)
