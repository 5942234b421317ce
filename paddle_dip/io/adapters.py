"""What the ecosystem calls an image - an array, a Pillow image, a path - as a photo or a mask, and a photo as such an image."""

import os
import re
import sys
import traceback
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.colour_modes import is_jpeg, is_lossy, kept_profile, plain_samples
from paddle_dip.io.images import read_photo
from paddle_dip.io.jpeg import JpegFile
from paddle_dip.io.masks import marked_by
from paddle_dip.io.photo import FLOAT, Photo, photo_of, samples_of

ImageLike = np.ndarray | Image.Image | str | os.PathLike
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_DTYPES = ("uint8", "uint16", "float32", "float64")
_ALLOWED = (
    "an array [H, W] or [H, W, 1, 3 or 4] of uint8, uint16, float32 or float64 in [0, 1], a Pillow image, or a path"  # fmt: skip
)


def as_photo(image: ImageLike) -> Photo:
    """Return an image as a photo; float64 is rounded to float32.

    image: an array [H, W], [H, W, 1], [H, W, 3] or [H, W, 4] (alpha last) of uint8, uint16 or, in [0, 1], float32 or float64;
    a Pillow image, as it lies in memory (an EXIF orientation isn't applied); or a path, read as `read_photo` reads it.
    Raises InputError, which says what is allowed, for anything else. `notes` of the photo say what had to be converted.
    """
    if isinstance(image, np.ndarray) and not isinstance(image, np.matrix | np.ma.MaskedArray):
        return _photo_of_array(image)
    if isinstance(image, Image.Image):
        return _photo_of_pillow(image)
    if isinstance(image, str | os.PathLike):
        return read_photo(Path(image))
    raise InputError(f"image must be {_ALLOWED}, not {type(image).__name__}")


def like(photo: Photo, original: ImageLike) -> np.ndarray | Image.Image:
    """Return a photo as the kind of image that `original` is; it may have another size.

    An array gives an array of the same dtype and number of axes, rounded. A Pillow image gives one of the same mode (a palette
    becomes RGB or RGBA, black and white L, CMYK RGB) that keeps the colour profile and other `info`. A path gives a Pillow image:
    Pillow has no colour of more than 8 bits, so with such a file a UserWarning says that the result is rounded; an array keeps all.
    """
    if isinstance(original, np.ndarray):
        return _array_of(photo, original)
    if isinstance(original, Image.Image):
        return _pillow_like(photo, original)
    return _pillow_of(photo)


def as_mask(mask: ImageLike, holes: str = "white") -> np.ndarray:
    """Return a mask as float32 [1, H, W] in [0, 1]: 1 where something is marked.

    mask: what `as_photo` takes, or a boolean array: True marks. An integer array of only 0 and 1 is taken as booleans, too.
    holes: the colour that marks, "white" or "black". Alpha and lossy files are taken as `masks.marked_by` says.
    Raises InputError as `as_photo` does, and as `marked_by` does. What had to be converted is a UserWarning.
    """
    if (
        isinstance(mask, np.ndarray)
        and mask.size
        and (mask.dtype == bool or (mask.dtype.kind in "iu" and 0 <= mask.min() <= mask.max() <= 1))
    ):
        mask = mask.astype(np.float32)
    try:
        photo = noted_photo(mask)
    except InputError as error:
        raise InputError(re.sub("^image", "mask", str(error))) from None
    marks, notes = marked_by(photo, holes, name="mask")
    warn_user(*notes)
    return marks


def noted_photo(image: ImageLike) -> Photo:
    """Return an image as a photo; what had to be converted is a UserWarning to who calls the package."""
    photo = as_photo(image)
    warn_user(*photo.notes)
    return photo


def warn_user(*notes: str) -> None:
    """Issue each note as a UserWarning that points at the line, outside the package, which called it."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_stack(sys._getframe())]
    level = next((number for number, file in enumerate(files, 1) if not file.startswith(_PACKAGE)), 1)
    for note in notes:
        warnings.warn(note, stacklevel=level)


def _photo_of_array(array: np.ndarray) -> Photo:
    if array.dtype.name not in _DTYPES:
        hint = ": booleans are for masks" if array.dtype == bool else ""
        raise InputError(f"image must be {_ALLOWED}, not an array of {array.dtype}{hint}")
    if array.size == 0 or array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise InputError(f"image must be {_ALLOWED}, not an array of the shape {array.shape}")
    if array.dtype.kind == "f":
        _check_unit(array)
    samples = array.astype(array.dtype.newbyteorder("="), copy=False)
    return photo_of(samples.reshape(*array.shape[:2], -1), name="image")


def _check_unit(array: np.ndarray) -> None:
    if not np.isfinite(array).all():
        raise InputError("image holds values that aren't finite (NaN or infinity): floating-point values must lie in [0, 1]")
    low, high = float(array.min()), float(array.max())
    if low < 0 or high > 1:
        raise InputError(f"image's floating-point values must lie in [0, 1], not in [{low:.9g}, {high:.9g}]: scale or clip them")


def _photo_of_pillow(image: Image.Image) -> Photo:
    filename = getattr(image, "filename", "")
    lossy = is_lossy(image, Path(filename) if filename else None)
    try:
        image.load()
    except (OSError, SyntaxError) as error:
        raise InputError(f"image can't be read, it is damaged or cut off: {error}") from None
    samples, notes = plain_samples(image, "image")
    jpeg = JpegFile(Path(filename)) if filename and is_jpeg(image) else None
    return photo_of(samples, name="image", icc_profile=kept_profile(image), lossy=lossy, jpeg=jpeg, notes=notes)


def _array_of(photo: Photo, original: np.ndarray) -> np.ndarray:
    bits = {"uint8": 8, "uint16": 16}.get(original.dtype.name, FLOAT)
    samples = samples_of(replace(photo, bits=bits, scale=(0.0, 1.0))).astype(original.dtype, copy=False)
    return samples[..., 0] if original.ndim == 2 and samples.shape[2] == 1 else samples


def _pillow_like(photo: Photo, original: Image.Image) -> Image.Image:
    made = _pillow_of(photo)
    if original.mode == "I":
        made = Image.fromarray(np.asarray(made).astype(np.int32))
    info = {key: value for key, value in original.info.items() if key not in ("transparency", "icc_profile")}
    made.info = info | made.info
    return made


def _pillow_of(photo: Photo) -> Image.Image:
    if photo.bits != 8 and (len(photo.pixels) == 3 or photo.alpha is not None):
        kind = "16 bits" if photo.bits == 16 else "floating-point numbers"
        warn_user(f"a Pillow image holds no colour or alpha of {kind}: rounded to 8 bits; an array keeps them")
        photo = replace(photo, bits=8)
    samples = samples_of(photo)
    made = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    known = {"icc_profile": photo.icc_profile, "exif": photo.metadata.exif, "xmp": photo.metadata.xmp, "dpi": photo.metadata.dpi}
    made.info = {key: value for key, value in known.items() if value}
    return made
