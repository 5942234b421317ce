"""What a file says of a picture beside its pixels: EXIF, XMP, resolution, and a PNG's statement of its colours."""

import re
import struct
from dataclasses import dataclass
from typing import Any

from PIL import Image

ORIENTATION, XMP = 0x0112, 700
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_INCH, _CENTIMETRE = 2, 3
# Tags that describe the picture; a TIFF's others lay out the file, and the resolution is kept by itself. The last are Windows's.
_DESCRIBING = {269, 270, 271, 272, 285, 305, 306, 315, 316, 33432, 0x4746, 0x4749, *range(0x9C9B, 0x9CA0)}
# Width, height, interoperability, and places in the picture: wrong once it is turned or enlarged.
_OF_THE_OLD_PIXELS = {0xA002, 0xA003, 0xA005, 0x9214, 0xA214}
_DAMAGE = (OSError, ValueError, TypeError, KeyError, AttributeError, SyntaxError, OverflowError, ZeroDivisionError, struct.error)
_LONGEST_IN_JPEG = 65000  # bytes that one segment holds, less its header
_SRGB_GAMMA = 0.45455
_SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)  # of white, red, green and blue


@dataclass(frozen=True)
class Metadata:
    """exif: as Pillow has it, upright and without thumbnail; dpi: pixels an inch across and down; the rest: a PNG's chunks."""

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    gamma: float | None = None
    chromaticity: tuple[float, ...] | None = None
    srgb: int | None = None


def metadata_of(info: dict, exif: Image.Exif, name: str) -> tuple[Metadata, tuple[str, ...]]:
    """Return what is known of a picture besides its pixels, as it holds once they are upright, and notes.

    info: of the Pillow image.
    """
    notes: tuple[str, ...] = ()
    try:
        cleaned = _upright_exif(exif)
    except _DAMAGE:
        cleaned, notes = None, (f"{name}: its EXIF is damaged and isn't kept",)
    xmp = info.get("xmp") or info.get("XML:com.adobe.xmp") or exif.get(XMP)
    xmp = xmp.encode() if isinstance(xmp, str) else xmp
    colours = {key: info.get(key) for key in ("gamma", "chromaticity", "srgb")}
    return Metadata(cleaned, _upright_xmp(xmp) if isinstance(xmp, bytes) else None, _dpi(info, exif), **colours), notes


def exif_for(metadata: Metadata) -> Image.Exif:
    """Return the EXIF of a picture with its resolution, which WebP has no other place for."""
    exif = Image.Exif()
    if metadata.exif:
        exif.load(metadata.exif)
        _keep_bytes(exif)
    if metadata.dpi:
        exif[_X_RESOLUTION], exif[_Y_RESOLUTION] = metadata.dpi
        exif[_RESOLUTION_UNIT] = _INCH
    return exif


def fitting_jpeg(metadata: Metadata) -> dict[str, bytes]:
    """Return what of EXIF and XMP a JPEG file has room for, under Pillow's names."""
    exif = exif_for(metadata)
    stored = {"exif": exif.tobytes() if len(exif) else None, "xmp": metadata.xmp}
    return {key: value for key, value in stored.items() if value and len(value) <= _LONGEST_IN_JPEG}


def unkept(metadata: Metadata, suffix: str, *, has_profile: bool) -> tuple[str, ...]:
    """Return notes on what a file that ends in `suffix` can't hold; a colour profile stands above gamma and primaries."""
    notes = []
    if suffix in (".jpg", ".jpeg"):
        left = {"exif": metadata.exif, "xmp": metadata.xmp}.items() - fitting_jpeg(metadata).items()
        lost = sorted(key.upper() for key, value in left if value and len(value) > _LONGEST_IN_JPEG - 100)
        notes += [f"the photo's {key} is too large for {suffix} and isn't kept; .png, .tif and .webp hold it" for key in lost]
    if suffix != ".png" and not has_profile and metadata.srgb is None and _is_unusual(metadata):
        notes.append(
            f"the photo's gamma or primaries (PNG's gAMA, cHRM) can't be kept in {suffix}: colours may look different; use .png"
        )
    return tuple(notes)


def _is_unusual(metadata: Metadata) -> bool:
    primaries = metadata.chromaticity or _SRGB_PRIMARIES
    far = max(abs(ours - usual) for ours, usual in zip(primaries, _SRGB_PRIMARIES, strict=True))
    return abs((metadata.gamma or _SRGB_GAMMA) - _SRGB_GAMMA) > 0.001 or far > 0.005


def _upright_exif(exif: Image.Exif) -> bytes | None:
    kept = Image.Exif()
    for tag, value in exif.items():
        if tag in _DESCRIBING:
            kept[tag] = value
    for ifd in (EXIF_IFD, GPS_IFD):
        values = {tag: value for tag, value in exif.get_ifd(ifd).items() if tag not in _OF_THE_OLD_PIXELS}
        if values:
            kept[ifd] = values
    if not len(kept):
        return None
    if ORIENTATION in exif:
        kept[ORIENTATION] = 1
    _keep_bytes(kept)
    return kept.tobytes()


def _keep_bytes(exif: Image.Exif) -> None:
    """Undo Pillow's reading of text as Latin-1: it would write a copyright sign as a question mark."""
    for tag, value in list(exif.items()):
        if isinstance(value, str) and not value.isascii():
            exif[tag] = value.encode("latin-1")


def _upright_xmp(xmp: bytes) -> bytes:
    """Reset the orientation, as attribute or element; take out the old size and thumbnail."""
    xmp = re.sub(rb"(tiff:Orientation(?:\s*=\s*[\"']|>)\s*)\d", rb"\g<1>1", xmp)
    sizes = rb"(?:tiff:Image(?:Width|Length)|exif:Pixel[XY]Dimension)"
    xmp = re.sub(rb"\s*\b" + sizes + rb"\s*=\s*(?:\"[^\"]*\"|'[^']*')", b"", xmp)
    xmp = re.sub(rb"<(" + sizes + rb")>[^<]*</\1>", b"", xmp)
    return re.sub(rb"<xmp:Thumbnails>.*?</xmp:Thumbnails>", b"", xmp, flags=re.DOTALL)


def _dpi(info: dict, exif: Image.Exif) -> tuple[float, float] | None:
    try:
        unit = {_INCH: 1.0, _CENTIMETRE: 2.54}.get(exif.get(_RESOLUTION_UNIT, _INCH))
        found: Any = info.get("dpi") or (unit and (exif[_X_RESOLUTION] * unit, exif[_Y_RESOLUTION] * unit))
        across, down = (float(value) for value in found)
    except _DAMAGE:  # a missing or a nonsensical resolution
        return None
    return (across, down) if 0 < across < 1e6 and 0 < down < 1e6 else None
