"""The only reading and writing of pixel files: 8 and 16 bits and floats, grey and colour, with and without alpha."""

import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from paddle_dip.errors import InputError
from paddle_dip.io.colour_modes import check_mode, is_jpeg, is_lossy, kept_profile, plain_samples
from paddle_dip.io.deep_formats import TiffHeader, is_deep_png, is_tiff, read_deep_png, read_deep_tiff, tiff_header
from paddle_dip.io.encoding import encoded
from paddle_dip.io.files import whole_file
from paddle_dip.io.jpeg import JpegFile
from paddle_dip.io.metadata import ORIENTATION, metadata_of, unkept
from paddle_dip.io.orientation import TURNED, upright
from paddle_dip.io.photo import FLOAT, Photo, photo_of

# Pillow warns above this number of pixels and fails above twice it: a small file may unpack to gigabytes.
LARGEST = Image.MAX_IMAGE_PIXELS or math.inf
WRITABLE = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
READABLE = (*WRITABLE, ".bmp", ".gif", ".pgm", ".pnm", ".ppm", ".tga")  # how the names of photos end that a folder is searched for
_LONGEST = {".webp": 16383, ".jpg": 65500, ".jpeg": 65500}  # pixels a side
_DEEP_WRITABLE = (".png", ".tif", ".tiff")
_FLOAT_WRITABLE = (".tif", ".tiff")
# Known by their first bytes (from a place on), so that an error can name them.
_UNSUPPORTED = (
    (4, b"ftyphei", "HEIF"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (0, b"\xff\x0a", "JPEG XL"),
    (4, b"JXL ", "JPEG XL"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"#?RADIANCE", "Radiance HDR"),
    (0, b"8BPS", "Photoshop"),
    (128, b"DICM", "DICOM"),
    (0, b"%PDF", "PDF"),
    (0, b"<svg", "SVG"),
    (0, b"<?xml", "XML or SVG"),
)


def read_photo(path: Path) -> Photo:
    """Return the picture in a file, upright; raises InputError, naming the file, for all that isn't one readable still picture."""
    path = Path(path)
    name = str(path)
    notes: tuple[str, ...] = ()
    with _explained(path):
        if is_tiff(path) and _tiff_header(path).deep:
            samples, exif, profile = read_deep_tiff(path)
            orientation, info, lossy, jpeg = exif.get(ORIENTATION, 1), {}, False, None
        else:
            with _opened(path) as image:
                samples, orientation, notes = _samples(path, image)
                exif, info, profile, lossy = image.getexif(), image.info, kept_profile(image), is_lossy(image, path)
                jpeg = JpegFile(path, orientation) if is_jpeg(image) else None
        metadata, more = metadata_of(info, exif, name)
    fields = {"icc_profile": profile, "metadata": metadata, "lossy": lossy, "jpeg": jpeg, "notes": (*notes, *more)}
    return photo_of(upright(samples, orientation), name=name, **fields)


def read_rgb(path: Path) -> np.ndarray:
    """Return the picture in a file as 8-bit RGB, uint8 [H, W, 3]; grey becomes three equal channels, alpha is dropped."""
    pixels = to_bytes(read_photo(path).pixels)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def read_size(path: Path) -> tuple[int, int]:
    """Return height and width of the picture in a file, upright, from its header alone; raises InputError as `read_photo` does."""
    path = Path(path)
    with _explained(path):
        if is_tiff(path):
            header = _tiff_header(path)
            if header.deep:
                return (header.width, header.height) if header.orientation in TURNED else (header.height, header.width)
        with _opened(path) as image:
            turned = image.format != "TIFF" and image.getexif().get(ORIENTATION, 1) in TURNED
            return (image.width, image.height) if turned else (image.height, image.width)


def write_photo(path: Path, photo: Photo) -> None:
    """Write a picture, rounded to its bits, whole or not at all; the format follows the suffix of `path` (see `check_writable`)."""
    path = Path(path)
    with whole_file(path) as file:
        file.write(encoded(photo, path.suffix.lower()))


def write_rgb(path: Path, image: np.ndarray) -> None:
    """Write an image, [C, H, W] in [0, 1], rounded to 8 bits."""
    write_photo(path, Photo(image))


def to_bytes(image: np.ndarray) -> np.ndarray:
    """Return an image, [C, H, W] in [0, 1], as uint8 [H, W, C], rounded (matplotlib's and the reference's writers truncate)."""
    return (image.clip(0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0)


def check_writable(path: Path, photo: Photo, *, factor: int = 1) -> None:
    """Raise ValueError where `photo`, enlarged `factor` times, can't be written under the suffix of `path`."""
    suffix = Path(path).suffix.lower()
    if Path(path).is_dir():
        raise InputError(f"output file {path} is a folder")
    if suffix not in WRITABLE:
        raise InputError(f"output file must end in one of {', '.join(WRITABLE)}, not {Path(path).name!r}")
    if photo.bits == 16 and suffix not in _DEEP_WRITABLE:
        raise InputError(f"a 16-bit photo can be written as one of {', '.join(_DEEP_WRITABLE)}, not {suffix}")
    if photo.bits == FLOAT and suffix not in _FLOAT_WRITABLE:
        raise InputError(f"a photo of floating-point numbers can be written as one of {', '.join(_FLOAT_WRITABLE)}, not {suffix}")
    if photo.bits == 16 and photo.alpha is not None and len(photo.pixels) == 1 and suffix != ".png":
        raise InputError(
            f"a grey 16-bit photo with alpha can be written as .png, not {suffix}: hardly any program reads it otherwise"
        )
    if photo.alpha is not None and suffix in (".jpg", ".jpeg"):
        raise InputError("JPEG has no transparency: write a photo with alpha as .png, .tif or .webp")
    height, width = (side * factor for side in photo.pixels.shape[1:])
    if max(height, width) > _LONGEST.get(suffix, height + width):
        raise InputError(f"{suffix} holds at most {_LONGEST[suffix]} pixels a side, the result will have {width}x{height}")


def losses(path: Path, photo: Photo) -> tuple[str, ...]:
    """Return notes on what is known of `photo` and can't be kept under the suffix of `path`."""
    return unkept(photo.metadata, Path(path).suffix.lower(), has_profile=photo.icc_profile is not None)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    if os.path.isdir(path):  # Path's own fail for a name that no file system takes
        raise InputError(f"{path} is a folder, one photo is wanted")
    if not os.path.isfile(path):
        raise InputError(f"{path} is not a file" if os.path.exists(path) else f"image file {path} doesn't exist")
    try:
        with warnings.catch_warnings():
            # `_check_size` draws the line where Pillow would only warn; of damaged EXIF it warns, too.
            warnings.filterwarnings("ignore", module="PIL")
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except Image.DecompressionBombError:
        raise InputError(f"{path} has more than the {LARGEST / 1e6:.0f} million pixels allowed") from None
    except UnidentifiedImageError:
        raise InputError(_unidentified(path)) from None
    except InputError:
        raise
    except MemoryError:  # a few bytes may ask for any amount: the decoders believe a length before they have seen what is there
        raise InputError(f"{path} takes more memory to read than there is: it is damaged, or too large") from None
    except Exception as error:  # what the decoders raise of damaged files has no end: SyntaxError, IndexError, struct.error, ...
        words = str(error) or type(error).__name__
        raise InputError(f"{path} can't be read, it is damaged or cut off: {words}") from None


def _unidentified(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(140)
    for place, mark, kind in _UNSUPPORTED:
        if head[place:].startswith(mark):
            return f"{path} is a {kind} file, which isn't supported: save it as PNG, JPEG, WebP or TIFF first"
    return f"{path} is not an image that can be read"


def _tiff_header(path: Path) -> TiffHeader:
    header = tiff_header(path)
    _check_size(path, header.height, header.width)
    return header


def _check_size(path: Path, height: int, width: int) -> None:
    if width * height > LARGEST:
        raise InputError(f"{path} has {width}x{height} pixels, at most {LARGEST / 1e6:.0f} million are allowed")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with Image.open(path) as image:
        _check_still(path, image)
        yield image


def _check_still(path: Path, image: Image.Image) -> None:
    _check_size(path, image.height, image.width)
    # Phones write several views of one photo as MPO; the first is the photo.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise InputError(f"{path} is animated or has several pages, one still picture is needed")
    check_mode(image, str(path))


def _samples(path: Path, image: Image.Image) -> tuple[np.ndarray, int, tuple[str, ...]]:
    """Return the file's samples, [H, W, C], the EXIF orientation that they still have to be turned by, and notes."""
    # Pillow turns a TIFF by itself.
    orientation = 1 if image.format == "TIFF" else image.getexif().get(ORIENTATION, 1)
    image.load()  # pypng misses some damage that Pillow sees
    if image.format == "PNG" and is_deep_png(path):
        return read_deep_png(path), orientation, ()
    samples, notes = plain_samples(image, str(path))
    return samples, orientation, notes
