"""Pillow's many colour modes, brought to the few that a photo has: grey or RGB, with or without alpha."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from paddle_dip.errors import InputError

_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "I", "I;16", "I;16B", "I;16L", "F", "CMYK")
_JPEG = ("JPEG", "MPO")
_LOSSY = (*_JPEG, "JPEG2000", "AVIF")  # JPEG2000 and AVIF can be lossless, but nearly never are


def check_mode(image: Image.Image, name: str) -> None:
    """Raise InputError, which begins with `name`, for a colour mode that isn't supported."""
    if image.mode not in _MODES:
        raise InputError(f"{name}: colour mode {image.mode} isn't supported, convert it to RGB or grey first")


def plain_samples(image: Image.Image, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return an image's samples, uint8, uint16 or float32 [H, W, C], and notes on what had to be converted.

    Raises InputError, which begins with `name`, for an image of no pixels, another colour mode, or samples with a sign.
    """
    check_mode(image, name)
    plain, notes = _from_cmyk(image, name) if image.mode == "CMYK" else (_plain_mode(image), ())
    samples = np.asarray(plain)
    if samples.size == 0:
        raise InputError(f"{name} has no pixels")
    if (
        samples.dtype == np.int32 and image.format != "TIFF" and samples.min() >= 0 and samples.max() <= 65535
    ):  # Pillow's name for 16-bit grey in some files
        samples = samples.astype(np.uint16)
    if samples.dtype == np.int32:
        raise InputError(f"{name}: samples of {samples.dtype} aren't supported, 8 or 16 bits without sign and floats are")
    # Some of Pillow's 16-bit modes are big-endian.
    samples = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if _is_deep_grey(image) and "transparency" in image.info:
        samples = np.stack([samples, np.where(samples == image.info["transparency"], 0, 65535).astype(np.uint16)], axis=-1)
    return samples.reshape(image.height, image.width, -1), notes


def kept_profile(image: Image.Image) -> bytes | None:
    """Return the ICC profile that still describes an image's plain samples; a CMYK image is converted out of its own."""
    return None if image.mode == "CMYK" else image.info.get("icc_profile")


def is_jpeg(image: Image.Image) -> bool:
    """Does the image come from a JPEG file, of several views the first?"""
    return image.format in _JPEG


def is_lossy(image: Image.Image, path: Path | None) -> bool:
    """Does the image come from a file whose compression changes pixels? path: that file, where there is one."""
    if image.format == "WEBP" and path and path.is_file():
        return _has_lossy_chunk(path.read_bytes())
    return image.format in _LOSSY or "jpeg" in str(image.info.get("compression"))


def _has_lossy_chunk(webp: bytes) -> bool:
    place = 12  # after "RIFF", the size, "WEBP"
    while place + 8 <= len(webp):
        name, size = webp[place : place + 4], int.from_bytes(webp[place + 4 : place + 8], "little")
        if name in (b"VP8 ", b"VP8L"):
            return name == b"VP8 "
        place += 8 + size + size % 2  # chunks are padded to even sizes
    return False


def _is_deep_grey(image: Image.Image) -> bool:
    return image.mode.startswith("I")


def _plain_mode(image: Image.Image) -> Image.Image:
    if image.mode in ("P", "PA") or ("transparency" in image.info and not _is_deep_grey(image)):  # which Pillow would cut to 8 bits
        has_alpha = image.mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if has_alpha else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image


def _from_cmyk(image: Image.Image, name: str) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the image in sRGB; Pillow has already undone the inversion that Adobe's JPEG files have."""
    profile = image.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            assert converted is not None  # it is only where the image is changed in place
            return converted, (f"{name} is a CMYK picture: converted to sRGB by its colour profile",)
        except (OSError, ImageCms.PyCMSError):  # a broken profile, or one for other colours
            pass
    reason = "its colour profile can't be used" if profile else "it has no colour profile"
    return image.convert("RGB"), (f"{name} is a CMYK picture: converted to RGB by the plain rule, as {reason}",)
