"""What the network begins from: z, before any noise."""

import numpy as np

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import network_input
from paddle_dip.problem.tasks import Problem


def first_input(problem: Problem, preset: Preset, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return z before any noise, float32 of `shape`, [1, K, H, W]; a guide is mirrored at the edges up to that."""
    if preset.input != "guide":
        return network_input(shape, seed, law=preset.input, scale=preset.input_scale)
    edges = [(extra // 2, extra - extra // 2) for extra in (shape[2] - problem.canvas[0], shape[3] - problem.canvas[1])]
    return np.pad(problem.guide, [(0, 0), *edges], mode="symmetric")[None].astype(np.float32)
