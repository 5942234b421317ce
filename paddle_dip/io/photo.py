"""A picture in memory, and the samples that a file or an array holds of it."""

from dataclasses import dataclass

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.jpeg import JpegFile
from paddle_dip.io.metadata import Metadata

FLOAT = 32  # `Photo.bits` of a picture whose samples are floating-point numbers


@dataclass(frozen=True)
class Photo:
    """A picture. pixels: float32 [1 or 3, H, W] in [0, 1]; alpha: float32 [H, W] in [0, 1] or None.

    bits: 8, 16 or FLOAT (32) per sample. scale: the samples that 0 and 1 in `pixels` stand for, where bits is FLOAT.
    lossy: it comes from a file whose compression changes pixels. jpeg: that file, where it is a JPEG. notes: what its reader
    should know, a line each.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    bits: int = 8
    icc_profile: bytes | None = None
    metadata: Metadata = Metadata()
    scale: tuple[float, float] = (0.0, 1.0)
    lossy: bool = False
    jpeg: JpegFile | None = None
    notes: tuple[str, ...] = ()


def photo_of(samples: np.ndarray, *, name: str, **fields) -> Photo:
    """Return the picture of samples, uint8, uint16 or floating-point [H, W, 1 to 4]: the last of 2 or 4 is alpha.

    Raises InputError, which begins with `name`, for floating-point samples that aren't finite or have no range.
    """
    if samples.dtype.kind == "f":
        return _float_photo(samples, name, **fields)
    bits = samples.dtype.itemsize * 8
    unit = samples.astype(np.float32) / np.float32(2**bits - 1)
    return Photo(*_planes(unit), bits, **fields)


def samples_of(photo: Photo) -> np.ndarray:
    """Return the picture's samples, rounded to its bits: uint8, uint16 or float32 [H, W, C], alpha last."""
    planes = [*photo.pixels, *([] if photo.alpha is None else [photo.alpha])]
    kind = {8: np.uint8, 16: np.uint16, FLOAT: np.float32}[photo.bits]
    samples = np.empty((*planes[0].shape, len(planes)), kind)
    for number, plane in enumerate(planes):  # one at a time: the copies of a large photo fill the memory
        if photo.bits == FLOAT:
            low, high = photo.scale if number < len(photo.pixels) else (0.0, 1.0)
            samples[..., number] = low + plane.clip(0, 1).astype(np.float64) * (high - low)
        else:
            samples[..., number] = (plane.clip(0, 1) * (2**photo.bits - 1)).round()
    return samples


def sample_of(photo: Photo, value: float) -> float:
    """Return the sample of the picture's file or array that a value of its pixels, in [0, 1], stands for."""
    low, high = photo.scale
    return low + float(value) * (high - low) if photo.bits == FLOAT else round(float(value) * (2**photo.bits - 1))


def pixels_on_scale(photo: Photo, other: Photo) -> np.ndarray:
    """Return the pixels of `photo` on the scale of `other`: two pictures of floating-point numbers can then be compared."""
    if photo.scale == other.scale or {photo.bits, other.bits} != {FLOAT}:
        return photo.pixels
    (low, high), (other_low, other_high) = photo.scale, other.scale
    return ((low + photo.pixels.astype(np.float64) * (high - low) - other_low) / (other_high - other_low)).astype(np.float32)


def _float_photo(samples: np.ndarray, name: str, **fields) -> Photo:
    """Samples in [0, 1] are taken as they are, others from their lowest to their highest."""
    if not np.isfinite(samples).all():
        raise InputError(f"{name} holds values that aren't finite (NaN or infinity): replace them first")
    pixels, alpha = _planes(samples)
    if alpha is not None and (alpha.min() < 0 or alpha.max() > 1):
        raise InputError(f"{name}: its alpha must lie in [0, 1], not in [{alpha.min():g}, {alpha.max():g}]")
    low, high = float(pixels.min()), float(pixels.max())
    notes: tuple[str, ...] = ()
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low == high:
        raise InputError(f"{name} holds the one value {low:g} everywhere, which has no range: values must lie in [0, 1] or differ")
    else:
        notes = (f"{name} holds values beyond [0, 1]: its range, {low:g} to {high:g}, is taken as black to white, and kept",)
    unit = ((pixels.astype(np.float64) - low) / (high - low)).astype(np.float32)
    alpha = None if alpha is None else alpha.astype(np.float32)
    return Photo(unit, alpha, FLOAT, scale=(low, high), notes=(*fields.pop("notes", ()), *notes), **fields)


def _planes(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    planes = np.ascontiguousarray(samples.transpose(2, 0, 1))
    return (planes[:-1], planes[-1]) if len(planes) in (2, 4) else (planes, None)
