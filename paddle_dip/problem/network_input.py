"""What the network begins from: z, before any noise."""

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import network_input
from paddle_dip.problem.tasks import Problem


def first_input(problem: Problem, preset: Preset, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return z before any noise, float32 of `shape`, [1, K, H, W]; a guide is mirrored at the edges up to that."""
    check_input(problem, preset)
    if preset.input != "guide":
        return network_input(shape, seed, law=preset.input, scale=preset.input_scale)
    assert problem.guide is not None  # checked above
    edges = [(extra // 2, extra - extra // 2) for extra in (shape[2] - problem.canvas[0], shape[3] - problem.canvas[1])]
    return np.pad(problem.guide, [(0, 0), *edges], mode="symmetric")[None].astype(np.float32)


def check_input(problem: Problem, preset: Preset) -> None:
    """Raise ValueError where the network can't begin from what the preset says."""
    if preset.input != "guide":
        return
    if problem.guide is None:
        raise InputError("input guide is for flash-no-flash: there is no picture to begin from here")
    _, depth, *size = preset.network.input_shape(*problem.canvas)
    if depth != len(problem.guide):
        raise InputError(f"the flash photo must have {depth} channels, as network.input_depth says, not {len(problem.guide)}")
    if any(side < wanted for side, wanted in zip(size, problem.canvas, strict=True)):
        raise InputError("input guide needs a network whose z is as large as the photo")
