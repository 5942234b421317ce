"""Whole fits on a small photo, to see what a deviation or another framework does to the result."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.problem.dataset import centre_crop, find_source, load_truth, to_unit
from paddle_dip.problem.metrics import PAPER_BORDER, psnr, psnr_y
from paddle_dip.problem.networks import SkipConfig, UNetConfig, network_config
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution

FACTOR = 8


@dataclass(frozen=True)
class Trial:
    """One fit at x8 with the paper's settings, except where a field says otherwise. side: see evaluation.parity.backends."""

    label: str
    side: str
    image: str
    data: str | None  # see paddle_dip.problem.dataset.find_source
    size: int  # the photo is cut to its middle size x size pixels
    steps: int
    seed: int
    network: str = "skip-64"
    pad: str = "reflect"
    initialisation: str = "torch"
    channels: int = 3  # 1: the first channel alone, for a grey photo

    def preset(self) -> Preset:
        """Return the fit's settings."""
        network = network_config(self.network)
        assert isinstance(network, SkipConfig | UNetConfig)  # the others pad in one way only
        paper = super_resolution_preset("paper", FACTOR)
        return replace(paper, steps=self.steps, network=replace(network, pad=self.pad), initialisation=self.initialisation)

    def pair(self) -> tuple[np.ndarray, np.ndarray]:
        """Return truth and observation, float32 [channels, ...] in [0, 1], made as the benchmark makes them."""
        high = centre_crop(load_truth(find_source(self.data), self.image, FACTOR), self.size, self.size)
        small = (high.shape[1] // FACTOR, high.shape[0] // FACTOR)
        low = np.asarray(Image.fromarray(high).resize(small, Image.Resampling.LANCZOS))
        return to_unit(high)[: self.channels], to_unit(low)[: self.channels]


def run_trial(trial: Trial, *, fit: Callable[..., Iterator]) -> dict:
    """Return the trial's fields and, in dB, the scores of its last iterate ("iterate") and of the moving average ("average").

    Both by the paper's metric; a grey result is repeated to three channels for that, and also scored as its author would: as one
    channel of full range ("full_range", the last iterate, over the same region).
    """
    preset = trial.preset()
    truth, low = trial.pair()
    for snapshot in fit(super_resolution(low, FACTOR, preset), preset, seed=trial.seed):
        last = snapshot
    iterate, average = (last.canvas(kind).astype(np.float64) for kind in (preset.final_input, "average"))
    scores = {"iterate": _paper(iterate, truth), "average": _paper(average, truth)}
    if trial.channels == 1:
        scores["full_range"] = psnr(iterate[0][PAPER_BORDER], truth[0][PAPER_BORDER].astype(np.float64))
    return asdict(trial) | scores


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """Return the mean and its standard error; raises InputError for fewer than two values."""
    if len(values) < 2:
        raise InputError(f"at least 2 values are needed for a standard error, not {len(values)}")
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def difference(a: list[float], b: list[float]) -> tuple[float, float]:
    """Return mean(b) - mean(a) of two independent samples, and its standard error."""
    (mean_a, error_a), (mean_b, error_b) = mean_and_error(a), mean_and_error(b)
    return mean_b - mean_a, float(np.hypot(error_a, error_b))


def paired_difference(a: list[float], b: list[float]) -> tuple[float, float]:
    """Return the mean of b - a, value by value (the same seeds on both sides), and its standard error."""
    return mean_and_error([y - x for x, y in zip(a, b, strict=True)])


def _paper(image: np.ndarray, truth: np.ndarray) -> float:
    repeat = 3 // len(image)
    return psnr_y(np.repeat(image, repeat, axis=0), np.repeat(truth, repeat, axis=0))
