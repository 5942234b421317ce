"""What is done to a magnified image after its fit, so that it loses neither contrast nor the observation."""

import numpy as np

from paddle_dip.problem.non_local_means import non_local_means
from paddle_dip.problem.presets import Preset, strengths_of_passes
from paddle_dip.problem.resampling import back_project, pillow_resize
from paddle_dip.problem.tasks import Problem
from paddle_dip.problem.tiles import blended, tiling

_LATER_REACH = 9  # pixels: how far away, at most, all passes but the first look for what is alike
_BLOCK = 128  # pixels of the observation, the side of what is back-projected at once: its pseudo-inverses stay small


def refined(image: np.ndarray, problem: Problem, preset: Preset) -> np.ndarray:
    """Return a magnified image, [C, H, W], clipped and refined as the preset says: float64 [C, H, W] in [0, 1].

    An average of outputs holds back: what it adds to a smooth enlargement is right in kind but too little, so it is amplified
    (`detail_gain`). What looks alike in the image is then averaged (`non_local_means`; Buades et al., 2005), and again, with half
    the strength (`non_local_means_passes`) and near by only: what the first pass finds far away (`non_local_means_reach`) is worth
    its time, what others find is not. After each of these the image is back-projected, and shrinks to the observation as before.
    """
    passes = preset.back_projection

    def consistent(image: np.ndarray) -> np.ndarray:
        if not passes:
            return image.clip(0, 1)
        assert problem.exact is not None  # other tasks than super-resolution refuse presets that refine
        return back_project(image.clip(0, 1), problem.observation, problem.exact, passes=passes)

    image = consistent(image)
    if preset.detail_gain != 1:
        smooth = consistent(_bicubic(problem))
        image = consistent(smooth + preset.detail_gain * (image - smooth))
    reach = preset.non_local_means_reach
    for strength in strengths_of_passes(preset.non_local_means, preset.non_local_means_passes):
        image, reach = consistent(non_local_means(image, strength, reach)), min(reach, _LATER_REACH)
    return image


def consistent_with(observation: np.ndarray, image: np.ndarray, factor: int, preset: Preset) -> np.ndarray:
    """Return an image of blended tiles, float32 [C, factor * h, factor * w], back-projected as a whole where the preset does.

    observation: [C, h, w]. Each tile shrinks to its part of the observation, but where tiles blend, which have seen other
    surroundings, the mixture doesn't. In overlapping blocks: the pseudo-inverse of a whole photo's shrinking is too large.
    """
    if factor == 1 or not preset.back_projection:
        return image
    height, width = observation.shape[1:]
    blocks = tiling(height, width, lambda rows, columns: max(rows, columns) <= _BLOCK)
    sides = [side.stop - side.start for side in blocks[0]]
    exact = pillow_resize((sides[0] * factor, sides[1] * factor), (sides[0], sides[1]))

    def large(side: slice) -> slice:
        return slice(side.start * factor, side.stop * factor)

    parts = (
        back_project(image[:, large(rows), large(columns)], observation[:, rows, columns], exact, passes=preset.back_projection)
        for rows, columns in blocks
    )
    return blended(blocks, parts, factor)


def _bicubic(problem: Problem) -> np.ndarray:
    observation = problem.observation.astype(np.float64)
    return pillow_resize(observation.shape[1:], problem.size, kernel="bicubic")(observation)
