"""What the timings amount to: minutes of Set14, and the largest photo."""

import numpy as np

from paddle_dip.evaluation.check.timing import FACTOR, Timing, like
from paddle_dip.io.images import Photo
from paddle_dip.problem.budget import peak_bytes
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from paddle_dip.problem.tasks import SMALLEST_SIDE, canvas_size

# Height and width of the benchmark's images at x8, in the order of their names: see docs/protocol.md.
_SET14 = (
    *((480, 480), (576, 704), (512, 512), (288, 352), (352, 224), (256, 256), (352, 480)),
    *((288, 352), (512, 512), (512, 512), (512, 768), (512, 512), (640, 512), (384, 576)),
)
_LARGEST_SIDE = 2**14


def minutes(timings: list[Timing]) -> dict[str, dict[str, float]]:
    """Return the minutes that Set14 at x8 takes by each preset, one fit at a time, by precision; without those not timed."""
    found: dict[str, dict[str, float]] = {}
    for name in PRESETS:
        preset = super_resolution_preset(name, FACTOR)
        for precision in dict.fromkeys(t.precision for t in timings):
            points = {t.side**2: t.seconds for t in timings if (t.preset, t.precision) == (like(name), precision)}
            if points:
                areas = [height * width for height, width in (canvas_size(size, preset) for size in _SET14)]
                seconds = preset.steps * preset.members * sum(_seconds_at(points, area) for area in areas)
                found.setdefault(name, {})[precision] = seconds / 60
    return found


def _seconds_at(points: dict[int, float], area: int) -> float:
    """Return a step's seconds for so many pixels: on a line through those timed, never less than half of a proportional share."""
    areas = sorted(points)
    largest = points[areas[-1]] / areas[-1]
    if len(areas) == 1:
        return largest * area
    slope = (points[areas[-1]] - points[areas[0]]) / (areas[-1] - areas[0])
    return max(points[areas[0]] + slope * (area - areas[0]), 0.5 * largest * area)


def largest_photo(factor: int, preset_name: str, free: int | None, *, scale: float = 1.0) -> int | None:
    """Return the side of the largest square photo that is restored whole within `free` bytes; None where that isn't known.

    scale: how much more the fit takes than predicted. 0: not even the smallest.
    """
    if free is None:
        return None
    preset = super_resolution_preset(preset_name, factor)
    fits, too_large = 0, _LARGEST_SIDE
    while too_large - fits > 1:
        side = (fits + too_large) // 2
        needed = peak_bytes(Photo(np.broadcast_to(np.float32(0), (3, side, side))), factor, preset) * scale
        fits, too_large = (side, too_large) if needed <= free else (fits, side)
    return fits if fits >= SMALLEST_SIDE else 0
