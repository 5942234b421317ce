"""A preset of a few steps and the settings of a run with it, for the tests of the benchmark."""

from dataclasses import replace

from paddle_dip.evaluation.benchmark.magnification import Magnification
from paddle_dip.evaluation.benchmark.run import Settings
from paddle_dip.problem.dataset import Source
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.super_resolution_presets import super_resolution_preset

PRESET = replace(
    super_resolution_preset("fast", 4),
    network=SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(2,) * 3, input_depth=4),
    steps=6,
    non_local_means_passes=2,
    non_local_means_reach=3,
)


def settings(folder, out, **changes) -> Settings:
    return replace(Settings(Magnification(Source(folder, "test"), 4), ("odd", "small"), PRESET, 0, out, grid_every=3), **changes)
