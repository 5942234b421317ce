"""How much memory a fit takes, known before it begins."""

from math import sqrt

from paddle_dip.problem.architectures import DeepDecoderConfig, HourglassConfig, NetworkConfig, SkipConfig, UNetConfig
from paddle_dip.problem.arithmetic import convolutions
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import Problem

# Peak resident size less the size before the fit, measured at widths 64 and 128 on canvases of 256 and 512 pixels a side, with the
# compiled operators: 850 and 1480 float32 numbers a canvas pixel.
_NUMBERS_PER_CHANNEL = 10
_NUMBERS_BESIDE = 220
# The same with Paddle's own layers, measured on canvases of 256 and 512 pixels a side: numbers kept for each one that a convolution
# reads or makes, and those beside. Its convolutions also unfold their input, one at a time. Within a quarter of what was measured.
_KEPT = {SkipConfig: 2.6, HourglassConfig: 2.6, UNetConfig: 2.1, DeepDecoderConfig: 1.3}
_KEPT_BESIDE = 40
_RESULT_BYTES = 100  # float64 copies of the result while it is enlarged and back-projected, a pixel of it


def fit_bytes(problem: Problem, preset: Preset) -> int:
    """Return about how many bytes a fit of `problem` takes at its peak."""
    numbers = _numbers(preset.network, *problem.canvas)
    if preset.optimiser == "lbfgs":  # two vectors over all weights for each step of its history
        weights = sum(c.inputs * c.outputs * c.kernel**2 for c in convolutions(preset.network, *problem.canvas))
        numbers += 2 * preset.history * weights
    return round(4 * numbers) + _RESULT_BYTES * problem.size[0] * problem.size[1]


def _numbers(network: NetworkConfig, height: int, width: int) -> float:
    if isinstance(network, SkipConfig) and network.compiled:
        return (_NUMBERS_PER_CHANNEL * max(network.down[0], network.up[0]) + _NUMBERS_BESIDE) * height * width
    found = convolutions(network, height, width)
    passed = sum((c.inputs + c.outputs) * c.places for c in found)
    unfolded = max(c.inputs * c.kernel**2 * c.places for c in found)
    return _KEPT[type(network)] * passed + unfolded + _KEPT_BESIDE * height * width


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
