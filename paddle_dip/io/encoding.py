"""A photo as the bytes of a file: PNG, JPEG, WebP or TIFF, with all that the format can hold of what is known of it."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import png
import tifffile
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from paddle_dip.io.metadata import EXIF_IFD, GPS_IFD, XMP, Metadata, exif_for, fitting_jpeg
from paddle_dip.io.photo import Photo, samples_of

_END_OF_IHDR = 33  # in a PNG file: signature 8, length 4, name 4, IHDR 13, checksum 4
_METRES_AN_INCH = 0.0254
_DESCRIPTION, _SOFTWARE = 270, 305
_BYTE, _ASCII, _LONG = 1, 2, 4  # TIFF's types
_INCH = 2
_LARGEST_PLAIN_TIFF = 2**32 - 2**26  # bytes; tifffile makes a larger file a BigTIFF, with other tags


def encoded(photo: Photo, suffix: str) -> bytes:
    """Return the photo as a file of the format that `suffix` names, rounded to its bits."""
    samples = samples_of(photo)
    if samples.shape[2] == 1:
        samples = samples[..., 0]
    kind = Image.registered_extensions()[suffix]
    if kind == "TIFF" and photo.bits != 8:
        return _deep_tiff(photo, samples)
    if kind == "PNG":
        return _with_chunks(_deep_png(samples) if photo.bits == 16 else _by_pillow(samples, kind), photo)
    return _by_pillow(samples, kind, icc_profile=photo.icc_profile, **_pillow_settings(photo.metadata, kind))


def _by_pillow(samples: np.ndarray, kind: str, **settings) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(samples).save(buffer, format=kind, **settings)
    return buffer.getvalue()


def _pillow_settings(metadata: Metadata, kind: str) -> dict:
    """A result that took minutes isn't to be spoilt in writing it: best quality."""
    dpi = {"dpi": metadata.dpi} if metadata.dpi else {}
    if kind == "JPEG":
        kept = fitting_jpeg(metadata)
        xmp = kept.pop("xmp", None)
        return {"quality": 95, "subsampling": 0, **dpi, **kept, **({"extra": _xmp_segment(xmp)} if xmp else {})}
    exif = exif_for(metadata)
    if kind == "WEBP":
        stored = {"exif": exif.tobytes() if len(exif) else None, "xmp": metadata.xmp}
        return {"lossless": True, **{key: value for key, value in stored.items() if value}}
    if metadata.xmp:
        exif[XMP] = metadata.xmp
    return {**dpi, **({"exif": exif} if len(exif) else {})}


def _xmp_segment(xmp: bytes) -> bytes:
    """Return XMP as a JPEG segment: Pillow has a setting for it since 11.0 only."""
    body = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _deep_png(samples: np.ndarray) -> bytes:
    height, width = samples.shape[:2]
    planes = samples.size // (height * width)
    buffer = io.BytesIO()
    writer = png.Writer(width, height, greyscale=planes < 3, alpha=planes in (2, 4), bitdepth=16)
    writer.write(buffer, samples.reshape(height, -1))
    return buffer.getvalue()


def _with_chunks(png_file: bytes, photo: Photo) -> bytes:
    """Return a PNG file with what is known of the photo; the PNG specification puts colours and resolution before the pixels."""
    known, chunks = photo.metadata, []
    if photo.icc_profile is not None:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(photo.icc_profile)))
    if known.gamma is not None:
        chunks.append((b"gAMA", struct.pack(">I", round(known.gamma * 100000))))
    if known.chromaticity is not None:
        chunks.append((b"cHRM", struct.pack(">8I", *(round(value * 100000) for value in known.chromaticity))))
    if known.srgb is not None and photo.icc_profile is None:  # a file must not have both
        chunks.append((b"sRGB", bytes([known.srgb])))
    if known.dpi is not None:
        chunks.append((b"pHYs", struct.pack(">2IB", *(round(value / _METRES_AN_INCH) for value in known.dpi), 1)))
    if known.exif is not None:
        chunks.append((b"eXIf", known.exif.removeprefix(b"Exif\0\0")))
    if known.xmp is not None:
        chunks.append((b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + known.xmp))
    added = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )
    return png_file[:_END_OF_IHDR] + added + png_file[_END_OF_IHDR:]


def _deep_tiff(photo: Photo, samples: np.ndarray) -> bytes:
    """Return a TIFF file by tifffile, which writes no nested tags: they go behind the file, and tags kept free point there."""
    exif = exif_for(photo.metadata)
    fits = samples.nbytes < _LARGEST_PLAIN_TIFF
    nested = {ifd: exif.get_ifd(ifd) for ifd in (EXIF_IFD, GPS_IFD) if ifd in exif and fits}
    buffer = _tiff_file(photo, samples, exif, [ifd - 1 for ifd in nested])
    for ifd, values in nested.items():
        place = buffer.seek(0, io.SEEK_END)
        place += place % 2  # TIFF's offsets are even
        directory = ImageFileDirectory_v2(b"II*\0\0\0\0\0", group=ifd)
        directory.update(values)
        buffer.seek(place)
        buffer.write(directory.tobytes(place))
        # The tags come first in the file.
        buffer.seek(buffer.getvalue().index(_tag(ifd - 1, 0)))
        buffer.write(_tag(ifd, place))
    return buffer.getvalue()


def _tag(number: int, place: int) -> bytes:
    return struct.pack("<2H2I", number, _LONG, 1, place)


def _tiff_file(photo: Photo, samples: np.ndarray, exif: Image.Exif, kept: list[int]) -> io.BytesIO:
    colour = len(photo.pixels) == 3
    shown: dict[str, Any] = {"photometric": "rgb", "planarconfig": "contig"} if colour else {"photometric": "minisblack"}
    if photo.alpha is not None:
        shown |= {"extrasamples": ["unassalpha"], "planarconfig": "contig"}
    if photo.metadata.dpi:
        shown |= {"resolution": photo.metadata.dpi, "resolutionunit": _INCH}
    text = {tag: value for tag, value in exif.items() if isinstance(value, str | bytes) and tag not in (_DESCRIPTION, _SOFTWARE)}
    tags: list[tuple[int, int, int, Any, bool]]
    tags = [(tag, _ASCII, 0, value, True) for tag, value in text.items() if tag < 0x9C9B or isinstance(value, str)]
    tags += [(tag, _LONG, 1, 0, True) for tag in kept]
    if photo.metadata.xmp:
        tags.append((XMP, _BYTE, len(photo.metadata.xmp), photo.metadata.xmp, True))
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        samples,
        byteorder="<",
        metadata=None,
        description=exif.get(_DESCRIPTION),
        software=exif.get(_SOFTWARE, False),
        iccprofile=photo.icc_profile,
        extratags=tags,
        **shown,
    )
    return buffer
