"""How much memory a fit takes, known before it begins."""

from math import sqrt

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem

# Peak resident size less the size before the fit, measured at widths 64 and 128 on canvases of 256 and 512 pixels a side, with the
# compiled operators: 850 and 1480 float32 numbers a canvas pixel; plain Paddle takes 1.8 times as much.
_NUMBERS_PER_CHANNEL = 10
_NUMBERS_BESIDE = 220
_RESULT_BYTES = 100  # float64 copies of the result while it is enlarged and back-projected, a pixel of it


def fit_bytes(problem: Problem, preset: Preset) -> int:
    """Return about how many bytes a fit of `problem` takes at its peak."""
    numbers = _NUMBERS_PER_CHANNEL * max(preset.network.down[0], preset.network.up[0]) + _NUMBERS_BESIDE
    height, width = problem.canvas
    return 4 * numbers * height * width + _RESULT_BYTES * problem.size[0] * problem.size[1]


def check_memory(problem: Problem, preset: Preset, free: int | None) -> None:
    """Raise ValueError, saying what would fit, where a fit needs more than `free` bytes (None: unknown, anything goes)."""
    needed = fit_bytes(problem, preset)
    if free is None or needed <= free:
        return
    height, width = problem.observation.shape[1:]
    shrink = sqrt(free / needed)
    raise ValueError(
        f"a photo of {width}x{height} pixels needs about {needed / 2**30:.1f} GiB at this factor, {free / 2**30:.1f} GiB are free: "
        f"a photo of at most {int(width * shrink)}x{int(height * shrink)} pixels would fit, or a smaller --factor"
    )
