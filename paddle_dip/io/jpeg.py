"""What a JPEG file itself tells: its coefficients, and the steps that they are rounded to."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy
from PIL.JpegImagePlugin import JpegImageFile

from paddle_dip.io.orientation import upright

BLOCK = 8
AXES = (2, 3)  # of a block in an array of blocks
_GREY = 128  # is taken off every sample before the transform
_PLANES = {"L": 1, "RGB": 3}  # by Pillow's mode: Y, or Y, Cb and Cr


@dataclass(frozen=True)
class JpegFile:
    """A picture's JPEG file, or its bytes, and by which EXIF orientation the picture has been turned since."""

    source: Path | bytes
    orientation: int = 1


@dataclass(frozen=True)
class JpegPlane:
    """One plane of a JPEG file, Y, Cb or Cr, in its whole blocks of 8x8.

    coefficients: int16 [rows of blocks, columns, 8, 8], of the orthonormal DCT-II of samples in [-128, 127]. steps: float64 [8, 8],
    what they were rounded to multiples of. known: bool [rows, columns], false where a block's coefficients can't be told.
    shrink: pixels of the picture that a sample spans, along both axes.
    """

    coefficients: np.ndarray
    steps: np.ndarray
    known: np.ndarray
    shrink: int = 1


@dataclass(frozen=True)
class JpegCoefficients:
    """The planes of a JPEG file, None for one that can't be told, and the EXIF orientation that makes it upright."""

    planes: tuple[JpegPlane | None, ...]
    orientation: int = 1


def read_coefficients(file: JpegFile, pixels: np.ndarray) -> JpegCoefficients | None:
    """Return the coefficients of the JPEG file that `pixels`, float32 [1 or 3, H, W] in [0, 1], come from.

    None where that file is gone or holds another picture now, and for files in other colours than grey and YCbCr. A plane that is
    shrunk otherwise than to half of both sides is None; so is none of its rounding known.
    """
    try:
        image = _opened(file)
        with image:
            if image.mode not in _PLANES or not _holds(image, pixels, file.orientation):
                return None
        planes = [_plane(file, number) for number in range(_PLANES[image.mode])]
    except Exception:  # no JPEG, one in RGB, which isn't decoded to YCbCr, or one of ill will: decoders raise anything
        return None
    return JpegCoefficients(tuple(planes), file.orientation)


def blocks_of(plane: np.ndarray) -> np.ndarray:
    """Return the whole blocks of a plane, [H, W], from its top left: [rows, columns, 8, 8]."""
    rows, columns = (side // BLOCK for side in plane.shape)
    return plane[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2)


def _opened(file: JpegFile) -> JpegImageFile:
    return JpegImageFile(io.BytesIO(file.source) if isinstance(file.source, bytes) else str(file.source))


def _holds(image: JpegImageFile, pixels: np.ndarray, orientation: int) -> bool:
    samples = np.asarray(image)
    samples = upright(samples.reshape(*samples.shape[:2], -1), orientation).transpose(2, 0, 1)
    return samples.shape == pixels.shape and np.array_equal(samples, (pixels * 255).round())


def _plane(file: JpegFile, number: int) -> JpegPlane | None:
    """Return a plane at its own resolution; None where Pillow doesn't give it.

    Pillow gives samples, not coefficients: rounded to 8 bits, which moves a coefficient by some 0.3, and so to the multiple of its
    step that it was. libjpeg enlarges shrunk planes smoothly, but not when it decodes at half the size: those of half the sides
    then come out as they are.
    """
    image = _opened(file)
    with image:
        largest = [max(layer[axis] for layer in image.layer) for axis in (1, 2)]
        _, across, down, table = image.layer[number]
        shrink = largest[0] // across
        if (shrink * across, shrink * down) != tuple(largest) or shrink > 2:
            return None
        if len(image.layer) > 1:
            image.draft("YCbCr", (image.width // shrink, image.height // shrink))
        steps = np.array(image.quantization[table], np.float64).reshape(BLOCK, BLOCK)
        samples = np.asarray(image)
    blocks = blocks_of(samples if samples.ndim == 2 else samples[..., number]).astype(np.float64)
    coefficients = (scipy.fft.dctn(blocks - _GREY, axes=AXES, norm="ortho") / steps).round() * steps
    # A block with samples beyond 0 or 255 was clipped: only what decodes to the same samples again is sure.
    again = (scipy.fft.idctn(coefficients, axes=AXES, norm="ortho") + _GREY).round().clip(0, 255)
    return JpegPlane(coefficients.astype(np.int16), steps, np.abs(again - blocks).max(axis=AXES) <= 1, shrink)
