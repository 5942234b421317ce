"""Reading of samples that Pillow would cut down to 8 bits, or can't read: deep PNG by pypng, deep TIFF by tifffile."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import png
import tifffile
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.metadata import ORIENTATION

_TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_TIFF_KINDS = ("bool", "uint8", "uint16", "float16", "float32", "float64")
_GREY, _RGB = 1, 2  # TIFF's photometric interpretations
_SEPARATE_PLANES = 2
_ICC_PROFILE = 34675


def is_deep_png(path: Path) -> bool:
    """Has the PNG file 16 bits a sample?"""
    with path.open("rb") as file:
        return file.read(25)[24] == 16


def read_deep_png(path: Path) -> np.ndarray:
    """Return the samples of a PNG file of 16 bits, uint16 [H, W, C]."""
    width, height, rows, info = png.Reader(filename=str(path)).asDirect()
    samples = np.vstack([np.frombuffer(row, dtype=np.uint16) for row in rows])
    return samples.reshape(height, width, info["planes"])


def is_tiff(path: Path) -> bool:
    """Does the file begin as a TIFF file does?"""
    with path.open("rb") as file:
        return file.read(4) in _TIFF_HEADS


class TiffHeader(NamedTuple):
    """height, width: pixels, as they lie in the file; orientation: EXIF's; deep: `read_deep_tiff` is to read it, not Pillow."""

    height: int
    width: int
    orientation: int
    deep: bool


def tiff_header(path: Path) -> TiffHeader:
    """Return what a TIFF file says of its picture before it is read.

    Raises InputError, naming the kind, for samples that neither reads, and for several pages.
    Pillow reads grey of 32-bit floats, from more kinds of compression than tifffile without its codecs.
    """
    with tifffile.TiffFile(path) as file:
        page, pages = file.pages[0], len(file.pages)
        orientation = page.tags.valueof(ORIENTATION, default=1)
    if pages > 1:
        raise InputError(f"{path} is animated or has several pages, one still picture is needed")
    kind = _kind(page)
    if kind not in _TIFF_KINDS and page.bitspersample not in (2, 4):
        raise InputError(f"{path}: samples of {kind} aren't supported: 8 or 16 bits without sign and floats are")
    several = page.samplesperpixel > 1
    deep = kind in ("float16", "float64") or (kind in ("uint16", "float32") and several)
    if (deep or kind in ("uint16", "float32")) and page.photometric not in (_GREY, _RGB):
        raise InputError(f"{path}: {kind} samples of {_photometric(page)} aren't supported, grey (black is zero) and RGB are")
    return TiffHeader(page.imagelength, page.imagewidth, orientation, deep)


def read_deep_tiff(path: Path) -> tuple[np.ndarray, Image.Exif, bytes | None]:
    """Return a TIFF file's samples, uint16 or floating-point [H, W, C], its tags and its colour profile."""
    exif = Image.Exif()
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        profile = page.tags.valueof(_ICC_PROFILE)
        try:
            samples = page.asarray()
        except ValueError as error:
            raise InputError(f"{path} can't be read ({error}): save it uncompressed, or as PNG") from None
    if page.samplesperpixel > 1 and page.planarconfig == _SEPARATE_PLANES:
        samples = np.moveaxis(samples, 0, -1)
    if samples.ndim == 2:
        samples = samples[..., None]
    if samples.ndim != 3 or samples.shape[2] not in ((1, 2) if page.photometric == _GREY else (3, 4)):
        raise InputError(f"{path}: samples of {samples.dtype} in the shape {samples.shape} aren't supported")
    exif.load(path.read_bytes())
    return samples, exif, profile


def _kind(page: tifffile.TiffPage) -> str:
    if page.dtype is None:
        return f"{page.bitspersample} bits in format {page.sampleformat}"
    return page.dtype.name


def _photometric(page: tifffile.TiffPage) -> str:
    return getattr(page.photometric, "name", str(page.photometric))
