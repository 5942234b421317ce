"""How much memory a fit, and the photo and result around it, take: known before the work begins."""

from math import ceil, floor, prod, sqrt

from paddle_dip.errors import InputError
from paddle_dip.io.images import Photo
from paddle_dip.problem.optimisers import OPTIMISERS
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.tasks import SMALLEST_SIDE, canvas_size
from paddle_dip.problem.tiles import smallest_tile

PROCESS_BYTES = 300 * 2**20  # of a process beside its fit: Python, Paddle, the compiled operators; measured: 299 MiB
_RESULT_BYTES = 100  # float64 copies of the result while it is enlarged and back-projected, a pixel of it
_REFINED_BYTES = 200  # and while its details are amplified and what looks alike is averaged
# Held through all tiles, a sample: the photo in float32, with a mask or a second photo beside it; the float32 canvas of the result.
_PHOTO_BYTES = 8
_CANVAS_BYTES = 4
# Beside those when the result is written, a sample: its integers, the encoder's copy, the file. Measured: 4 to 6, WebP's 15.
_WRITING_BYTES = 6


def fit_bytes(size: tuple[int, int], preset: Preset) -> int:
    """Return about how many bytes a fit takes at its peak. size: height and width of its result."""
    canvas = canvas_size(size, preset)
    numbers = preset.network.kept_numbers(*canvas, bf16=preset.precision == "bf16")
    numbers += OPTIMISERS[preset.optimiser].copies_at(preset.history) * _learnt(preset, canvas)
    return round(4 * numbers) + (_REFINED_BYTES if preset.refines else _RESULT_BYTES) * size[0] * size[1]


def peak_bytes(photo: Photo, factor: int, preset: Preset, tile: tuple[int, int] | None = None, at_a_time: int = 1) -> int:
    """Return about how many bytes it takes to enlarge a photo `factor` times and write it.

    tile: height and width of its tiles, None: it is in one piece. at_a_time: tiles, each in a process of its own.
    """
    height, width = photo.pixels.shape[1:]
    samples = (len(photo.pixels) + (photo.alpha is not None)) * height * width
    rows, columns = tile or (height, width)
    held = samples * (_PHOTO_BYTES + _CANVAS_BYTES * factor**2)
    return held + max(at_a_time * fit_bytes((rows * factor, columns * factor), preset), samples * _WRITING_BYTES * factor**2)


def check_memory(photo: Photo, factor: int, preset: Preset, free: int | None, at_a_time: int = 1) -> None:
    """Raise ValueError, saying what to do, where restoring a photo whole needs more than `free` bytes; None: unknown.

    at_a_time: fits of so large a photo that are made side by side.
    """
    needed = peak_bytes(photo, factor, preset, at_a_time=at_a_time)
    if free is None or needed <= free:
        return
    height, width = photo.pixels.shape[1:]
    shrink = sqrt(free / needed)
    ways = []
    if min(height, width) * shrink >= SMALLEST_SIDE:
        ways.append(f"a photo of at most {int(width * shrink)}x{int(height * shrink)} pixels would fit")
    if _least(photo, factor, preset, at_a_time) <= free:
        ways.insert(0, f"a max-memory of {_floor(free)} restores it in tiles")
    if at_a_time > 1:
        ways.append("fewer jobs take less")
    if factor > 2:
        ways.append("a smaller factor takes less")
    raise InputError(
        f"a photo of {width}x{height} pixels needs about {needed / 2**30:.1f} GiB, {free / 2**30:.1f} GiB are free: "
        + ", ".join(ways)
    )


def check_limit(photo: Photo, factor: int, preset: Preset, limit: int, at_a_time: int = 1) -> None:
    """Raise ValueError, saying what would be enough, where not even so many of the smallest tiles keep within `limit` bytes."""
    least = _least(photo, factor, preset, at_a_time)
    if least > limit:
        height, width = (side * factor for side in photo.pixels.shape[1:])
        enough = ceil(least / 2**30 * 100) / 100  # GiB
        raise InputError(
            f"max_memory {limit / 2**30:.3g} is too little for a result of {width}x{height} pixels: {enough} would be enough"
        )


def _least(photo: Photo, factor: int, preset: Preset, at_a_time: int) -> int:
    return peak_bytes(photo, factor, preset, smallest_tile(*photo.pixels.shape[1:]), at_a_time)


def _floor(size: int) -> float:
    """Return bytes as GiB, rounded down to two digits after the point."""
    return floor(size / 2**30 * 100) / 100


def _learnt(preset: Preset, canvas: tuple[int, int]) -> int:
    weights = sum(c.inputs * c.outputs * c.kernel**2 for c in preset.network.convolutions(*canvas))
    return weights + (prod(preset.network.input_shape(*canvas)) if preset.learn_input else 0)
