"""What to restore: from an observation and a preset to a Problem."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from paddle_dip.errors import InputError, check_kind
from paddle_dip.io.jpeg import JpegCoefficients
from paddle_dip.problem.companion import Blind, blind_companion, companion
from paddle_dip.problem.noise_level import jpeg_deviation
from paddle_dip.problem.operators import Operator
from paddle_dip.problem.presets import NO_REFINEMENT, Preset
from paddle_dip.problem.resampling import Resize, kernel_resize, pillow_resize

# Below this side the kernels see little but replicated edge.
SMALLEST_SIDE = 4


@dataclass(frozen=True)
class Problem:
    """An observation y and how it came from the unknown image x: y = known * operator(lift(canvas)) + noise.

    observation: float32 [C, h, w] in [0, 1]. canvas: height and width of what the network paints. lift: from the canvas to the
    image. operator: from the image to the observation, as the loss sees it. None in place of either: nothing changes there. exact:
    how the image was shrunk, to refine the result by; None: it wasn't. known: how much of each observed pixel is the image's,
    float32 [1, h, w] in [0, 1]; 0 in a hole; None where all are known. guide: a picture for the network to begin from instead of
    noise, [K, H, W]. sigma: standard deviation of the noise on the observation, where known. rounding: of the noise that JPEG's
    rounding is taken for, where known. jpeg: what the observation's JPEG file holds, to keep the result to; None: nothing is known.
    """

    observation: np.ndarray
    canvas: tuple[int, int]
    lift: Resize | None = None
    operator: Operator | None = None
    exact: Resize | None = None
    known: np.ndarray | None = None
    guide: np.ndarray | None = None
    sigma: float | None = None
    rounding: float | None = None
    jpeg: JpegCoefficients | None = None

    @property
    def size(self) -> tuple[int, int]:
        """The image's height and width."""
        return self.lift.output_size(self.canvas) if self.lift else self.canvas

    @property
    def seen(self) -> np.ndarray:
        """The observation with black where nothing is known, to be shown: [C, h, w]."""
        return self.observation if self.known is None else self.known * self.observation

    def enlarged(self, canvas: np.ndarray) -> np.ndarray:
        """Return the image that a canvas, [C, *canvas], stands for: float64 [C, *size], not clipped."""
        canvas = canvas.astype(np.float64)
        return self.lift(canvas) if self.lift else canvas

    @cached_property
    def companion(self) -> np.ndarray | None:
        """What a method without a network makes of the observation, see `companion`: made once, it takes seconds."""
        return companion(self)

    @cached_property
    def blind_companion(self) -> Blind:
        """What it would make without the pixels that are withheld from a fit, see `blind_companion`."""
        return blind_companion(self)


def super_resolution(low: np.ndarray, factor: int, preset: Preset) -> Problem:
    """Return the problem of magnifying `low`, float32 [C, h, w] in [0, 1], `factor` times.

    Raises InputError for a factor that isn't a whole number above 1 or an image too small.
    """
    check_factor(factor)
    if preset.companion:
        raise InputError("companion is for tasks that magnify nothing: it must be false here")
    small = low.shape[1:]
    if min(small) < SMALLEST_SIDE:
        raise InputError(f"image is {_size(low)} pixels, each side must have at least {SMALLEST_SIDE}")
    full = (small[0] * factor, small[1] * factor)
    canvas = canvas_size(full, preset)
    exact = pillow_resize(full, small, clip=preset.clip)
    operator = exact if preset.operator == "pillow" else kernel_resize(full, preset.operator, factor)
    if operator.output_size(full) != small:
        # The reference pads by half pixels' worth too little there, and loses a row and a column.
        raise InputError(
            f"operator {preset.operator} (preset {preset.name}) needs an even factor, not {factor}; the preset fast takes any"
        )
    return Problem(low.astype(np.float32), canvas, pillow_resize(canvas, full), operator, exact)


def denoising(noisy: np.ndarray, preset: Preset, sigma: float | None = None) -> Problem:
    """Return the problem of cleaning `noisy`, float32 [C, H, W] in [0, 1], of noise of deviation `sigma`."""
    return replace(_same_size(noisy, preset), sigma=sigma)


def deblocking(image: np.ndarray, preset: Preset, jpeg: JpegCoefficients | None = None, *, part: bool = False) -> Problem:
    """Return the problem of cleaning `image`, float32 [C, H, W] in [0, 1], of JPEG's artefacts; jpeg: what its file holds.

    part: of the photo; its own result can't be kept to the file.
    """
    rounding = None if jpeg is None else jpeg_deviation(jpeg)
    return replace(_same_size(image, preset), rounding=rounding, jpeg=None if part else jpeg)


def inpainting(image: np.ndarray, mask: np.ndarray, preset: Preset, *, part: bool = False) -> Problem:
    """Return the problem of filling what is masked in `image`, float32 [C, H, W] in [0, 1].

    mask: float32 [1, H, W] in [0, 1]; 1 is a hole, a value in between is known by as much as is missing to 1. Raises InputError
    where the sizes differ, nothing is masked (unless it is only part of a photo) or all is.
    """
    check_mask_size(mask, image)
    if not part and not mask.any():
        raise InputError("mask has no hole: nothing in it has the colour that marks")
    if mask.min() == 1:
        tile = "a tile of the photo is all hole: raise max-memory, so that it sees more"
        raise InputError(tile if part else "mask is all hole: everything in it has the colour that marks")
    return replace(_same_size(image, preset), known=(1 - mask).astype(np.float32))


def check_mask_size(mask: np.ndarray, image: np.ndarray) -> None:
    """Raise ValueError where a mask, [1, H, W], isn't as large as its photo, [C, H, W]."""
    if mask.shape[1:] != image.shape[1:]:
        raise InputError(f"mask is {_size(mask)} pixels, the photo {_size(image)}: they must be equal")


def flash_no_flash(image: np.ndarray, flash: np.ndarray, preset: Preset) -> Problem:
    """Return the problem of cleaning `image`, taken without flash, by the details of `flash`, both float32 [C, H, W] in [0, 1].

    Raises InputError where the sizes differ, or the network would paint at another size than the flash photo's.
    """
    if preset.work_scale > 1:
        raise InputError(f"a guide is as large as the photo: work_scale (preset {preset.name}) must be 1, not {preset.work_scale}")
    if preset.input != "guide":
        raise InputError(f"flash-no-flash begins from the flash photo: input must be guide, not {preset.input}")
    if flash.shape[1:] != image.shape[1:]:
        raise InputError(f"the flash photo is {_size(flash)} pixels, the other {_size(image)}: they must be equal")
    return replace(_same_size(image, preset), guide=flash.astype(np.float32))


def _same_size(image: np.ndarray, preset: Preset) -> Problem:
    for name, neutral in NO_REFINEMENT.items():
        if getattr(preset, name) != neutral:
            raise InputError(f"{name} is for super-resolution: nothing was shrunk here, so it must be {neutral:g}")
    size = image.shape[1:]
    if min(size) < SMALLEST_SIDE:
        raise InputError(f"image is {_size(image)} pixels, each side must have at least {SMALLEST_SIDE}")
    canvas = canvas_size(size, preset)
    return Problem(image.astype(np.float32), canvas, lift=None if canvas == size else pillow_resize(canvas, size))


def _size(image: np.ndarray) -> str:
    return f"{image.shape[2]}x{image.shape[1]}"


def canvas_size(size: tuple[int, int], preset: Preset) -> tuple[int, int]:
    """Return height and width of what the network paints for an image of `size`, height and width."""
    height, width = (-(-side // preset.work_scale) for side in size)
    return height, width


def check_factor(factor: int) -> None:
    """Raise InputError where `factor` isn't a whole number above 1."""
    check_kind("factor", factor, int)
    if factor < 2:
        raise InputError(f"factor must be a whole number of at least 2, not {factor}")
