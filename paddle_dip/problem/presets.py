"""Experiments as frozen presets: every number, and where it comes from. Override one with `dataclasses.replace`."""

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from math import inf, isfinite
from typing import Any, Protocol

from paddle_dip.errors import InputError
from paddle_dip.problem.kernels import KERNELS
from paddle_dip.problem.networks import NetworkConfig, SkipConfig
from paddle_dip.problem.optimisers import OPTIMISERS
from paddle_dip.problem.randomness import NOISE_GENERATORS
from paddle_dip.problem.stopping import RULES

_SOAP = "Vyas et al., 2024 (SOAP)"
SHARED_SOURCES = {  # of settings that no published recipe knows
    "noise_generator": "ours: as fast as the device allows, the law is the same",
    "companion": "ours: a published recipe has none",
    "soap_beta1": _SOAP,
    "soap_beta2": _SOAP,
    "soap_decay": f"{_SOAP}: the same as beta2",
    "soap_epsilon": f"{_SOAP}, Adam's",
    "soap_renewal": f"{_SOAP}: the frequency of most of its experiments",
    "soap_largest_side": "ours: as wide as the networks get; beyond it a renewal costs more than a step",
}


AVERAGES = ("none", "ema")
PRECISIONS = ("float32", "bf16")
STOPS = tuple(RULES)
_ABOVE_0 = 1e-12  # the least that a setting above 0 may be
# What is done after a fit to a magnified image, and to no other: see paddle_dip.problem.refinement.
NO_REFINEMENT: dict[str, Any] = {
    "back_projection": 0,
    "detail_gain": 1.0,
    "non_local_means": 0.0,
    "non_local_means_passes": 1,
    "non_local_means_reach": 9,
}


def _choice(*allowed: str, default: str | None = None) -> Any:
    """Return a setting's field that is one of those allowed, the first by default."""
    return field(default=allowed[0] if default is None else default, metadata={"choices": allowed})


def _number(least: float, most: float = inf, *, default: Any = MISSING) -> Any:
    """Return a setting's field that is a finite number from `least` to `most`."""
    return field(default=default, metadata={"range": (least, most)})


@dataclass(frozen=True)
class Preset:
    """All settings of a run but its seed."""

    name: str
    task: str
    steps: int = _number(1)
    reg_noise_std: float = _number(0)  # standard deviation of the noise added to z at each step
    network: NetworkConfig = SkipConfig()
    initialisation: str = _choice("torch", "paddle")  # law of the initial weights
    # z: "uniform" on [0, input_scale), "normal" of that deviation, "meshgrid", or the problem's "guide"
    input: str = _choice("uniform", "normal", "meshgrid", "guide")
    input_scale: float = _number(0, default=0.1)
    noise: str = _choice("fresh", "cumulative")  # on z at each step: "fresh", or "cumulative", a random walk of z
    # Who draws it: "numpy" on the CPU, "philox" where the fit computes; "auto", philox on a GPU only.
    noise_generator: str = _choice("auto", *NOISE_GENERATORS)
    loss: str = _choice("mean", "sum")  # of the squared errors over the observation, holes counting nothing
    # Of the total variation of what the network paints, sum of (dh^2 + dw^2)^tv_beta, in the loss.
    tv_weight: float = _number(0, default=0.0)
    tv_beta: float = _number(_ABOVE_0, default=0.5)
    learn_input: bool = False  # optimise z beside the weights
    # "adam"; "soap", Adam in the eigenbases of the gradients; or "lbfgs", after `warm_up` steps of Adam.
    optimiser: str = _choice(*OPTIMISERS)
    learning_rate: float = _number(_ABOVE_0, default=0.01)  # the optimiser's
    warm_up: int = _number(1, default=100)  # steps of Adam before LBFGS, with the learning rate `warm_up_rate`
    warm_up_rate: float = _number(_ABOVE_0, default=0.001)
    history: int = _number(1, default=100)  # steps that LBFGS knows the curvature from; each takes twice the memory of the weights
    soap_beta1: float = _number(0, 0.9999, default=0.95)  # SOAP's decay of the first moment, a step
    soap_beta2: float = _number(0, 0.9999, default=0.95)  # of the second
    soap_decay: float = _number(0, 0.9999, default=0.95)  # and of the statistics that its bases are the eigenvectors of
    soap_epsilon: float = _number(1e-30, 1, default=1e-8)  # added to the root of its second moment
    soap_renewal: int = _number(1, default=10)  # steps between two renewals of its bases
    soap_largest_side: int = _number(1, 4096, default=256)  # a kernel's dimension with more entries keeps its own coordinates
    cooldown: int = _number(0, default=0)  # the last steps, over which the learning rate falls to nought on a straight line
    # The network paints 1/work_scale of the result's side; a fixed Lanczos brings it to full size.
    work_scale: int = _number(1, default=1)
    # What the loss shrinks with: a kernel of the reference, or "pillow", which made the observation.
    operator: str = _choice("pillow", *KERNELS, default="lanczos2")
    clip: bool = False  # clip after each pass of the operator, as 8-bit images do
    # The result: "none", the last iterate, or "ema", the exponential moving average of the outputs.
    average: str = _choice(*AVERAGES)
    average_decay: float = _number(0, 1, default=0.99)
    stop: str = _choice(*STOPS)  # when to end before all steps are taken: see paddle_dip.problem.stopping
    patience: int = _number(0, default=1000)  # steps without a new minimum of the stopper's signal
    final_input: str = _choice("clean", "perturbed")  # z of the last iterate: "clean", or "perturbed" as in the reference
    back_projection: int = _number(0, default=0)  # passes of exact back-projection at the end
    detail_gain: float = _number(0, 10, default=1.0)  # at the end: times what the fit adds to bicubic with back-projection
    # At the end: strength h of non-local means, in units of the image's [0, 1]; 0 is none.
    non_local_means: float = _number(0, 1, default=0.0)
    non_local_means_passes: int = _number(1, 20, default=1)  # each of half the strength of the one before
    non_local_means_reach: int = _number(1, 50, default=9)  # pixels to each side in which the first pass looks for what is alike
    # At the end: the mean with what a method without a network makes of it; of what share, withheld pixels say, else half.
    companion: bool = False
    members: int = _number(1, 1000, default=1)  # fits, of seeds from the run's on, whose canvases are averaged
    keep_known: bool = False  # put the known pixels back into the result, by how well they are known
    # Of the products inside the convolutions: "bf16" where the CPU has it; all else is float32.
    precision: str = _choice(*PRECISIONS)
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self):
        for setting in fields(self):
            _check(setting.name, getattr(self, setting.name), setting.metadata)
        if self.input == "meshgrid" and self.network.input_depth != 2:
            raise InputError(f"input meshgrid needs network.input_depth 2, not {self.network.input_depth}")
        if self.learn_input and self.noise == "cumulative":
            raise InputError("learn_input needs noise fresh: cumulative noise moves z itself")
        if OPTIMISERS[self.optimiser].warms_up and self.steps <= self.warm_up:
            raise InputError(f"steps must exceed the {self.warm_up} of warm_up for {self.optimiser} to begin, not {self.steps}")

    def learning_rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if OPTIMISERS[self.optimiser].warms_up and step < self.warm_up:
            return self.warm_up_rate
        left = self.steps - step
        return self.learning_rate * (left / (self.cooldown + 1) if left <= self.cooldown else 1.0)

    @property
    def refines(self) -> bool:
        """Whether more than back-projection is done to a magnified image after the fit."""
        return self.detail_gain != 1 or self.non_local_means > 0

    def settings(self) -> dict:
        """Return every setting as JSON-ready values, the sources left out."""
        values = asdict(replace(self, sources={}))
        del values["sources"]
        values["network"] = {key: list(v) if isinstance(v, tuple) else v for key, v in values["network"].items()}
        return values


def _check(name: str, value, limits: Mapping) -> None:
    if value not in limits.get("choices", (value,)):
        raise InputError(f"{name} must be one of {', '.join(limits['choices'])}, not {value!r}")
    if "range" not in limits:
        return
    least, most = limits["range"]
    if not isfinite(value):
        raise InputError(f"{name} must be a finite number, not {value}")
    if not least <= value <= most:
        words = f"between {least:g} and {most:g}" if isfinite(most) else f"at least {least:g}"
        raise InputError(f"{name} must be {words}, not {value}")


CHOICES = {setting.name: setting.metadata["choices"] for setting in fields(Preset) if "choices" in setting.metadata}
FORMER_TASKS = {"super-resolution": "super-resolve"}  # names of tasks in records of earlier versions


def completed(recorded: Mapping) -> dict:
    """Return the recorded settings of a run as this version would record them.

    Settings that came with a later version are at their defaults, what there was before them; the task has its present name.
    """
    known = Preset("", "", 1, 0.0).settings()
    network = recorded["network"]
    if network.keys() <= known["network"].keys():
        network = known["network"] | network
    settings = known | dict(recorded) | {"network": network}
    return settings | {"task": FORMER_TASKS.get(settings["task"], settings["task"])}


def strengths_of_passes(non_local_means: float, non_local_means_passes: int) -> list[float]:
    """Return the strength h of each pass of non-local means by these settings, in units of the image's [0, 1]; of none, none."""
    return [non_local_means / 2**number for number in range(non_local_means_passes)] if non_local_means else []


class Described(Protocol):
    """A preset of any kind."""

    @property
    def sources(self) -> Mapping[str, str]:
        """Where the settings come from."""

    def settings(self) -> dict:
        """Return the settings, JSON-ready."""


def described(preset: Described) -> list[list[str]]:
    """Return a preset, or one of paddle_dip.trained.problem.presets, as lines of setting, value and source."""
    values = preset.settings()
    return [[key, _in_words(value), preset.sources.get(key, "")] for key, value in values.items() if key not in ("name", "task")]


def _in_words(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_in_words(v)}" for key, v in value.items())
    if isinstance(value, list):
        return "-".join(map(str, value))
    return str(value)
