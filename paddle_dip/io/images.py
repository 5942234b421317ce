"""The only reading and writing of pixel files: 8 and 16 bits, grey and colour, with and without alpha."""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import png
import tifffile
from PIL import Image, UnidentifiedImageError

from paddle_dip.errors import InputError
from paddle_dip.io.colour_modes import check_mode, is_lossy, kept_profile, plain_samples
from paddle_dip.io.files import whole_file
from paddle_dip.io.photo import Photo, photo_of, samples_of

# Pillow warns above this number of pixels and fails above twice it: a small file may unpack to gigabytes.
LARGEST = Image.MAX_IMAGE_PIXELS
WRITABLE = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp")
_LONGEST = {".webp": 16383, ".jpg": 65500, ".jpeg": 65500}  # pixels a side
_DEEP_WRITABLE = (".png", ".tif", ".tiff")
_EXIF_ORIENTATION = 0x0112
_TIFF_BITS_PER_SAMPLE = 258
_END_OF_IHDR = 33  # in a PNG file: signature 8, length 4, name 4, IHDR 13, checksum 4
# A result that took minutes isn't to be spoilt in writing it.
_BEST_QUALITY = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}


def read_photo(path: Path) -> Photo:
    """Return the picture in a file, upright; raises InputError, naming the file, for all that isn't one readable still picture."""
    path = Path(path)
    with _opened(path) as image:
        lossy = is_lossy(image, path)
        samples, orientation, notes = _samples(path, image)
        return photo_of(_upright(samples, orientation), name=str(path), icc_profile=kept_profile(image), lossy=lossy, notes=notes)


def read_rgb(path: Path) -> np.ndarray:
    """Return the picture in a file as 8-bit RGB, uint8 [H, W, 3]; grey becomes three equal channels, alpha is dropped."""
    pixels = to_bytes(read_photo(path).pixels)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def read_size(path: Path) -> tuple[int, int]:
    """Return height and width of the picture in a file, upright, from its header alone; raises InputError as `read_photo` does."""
    with _opened(Path(path)) as image:
        turned = image.format != "TIFF" and image.getexif().get(_EXIF_ORIENTATION, 1) in (5, 6, 7, 8)
        return (image.width, image.height) if turned else (image.height, image.width)


def write_photo(path: Path, photo: Photo) -> None:
    """Write a picture, rounded to its bits, whole or not at all; the format follows the suffix of `path` (see `check_writable`)."""
    path = Path(path)
    with whole_file(path) as file:
        file.write(_encoded(photo, path))


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
    if photo.bits == 16 and photo.alpha is not None and len(photo.pixels) == 1 and suffix != ".png":
        raise InputError(
            f"a grey 16-bit photo with alpha can be written as .png, not {suffix}: hardly any program reads it otherwise"
        )
    if photo.alpha is not None and suffix in (".jpg", ".jpeg"):
        raise InputError("JPEG has no transparency: write a photo with alpha as .png, .tif or .webp")
    height, width = (side * factor for side in photo.pixels.shape[1:])
    if max(height, width) > _LONGEST.get(suffix, height + width):
        raise InputError(f"{suffix} holds at most {_LONGEST[suffix]} pixels a side, the result will have {width}x{height}")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    if not path.is_file():
        raise InputError(f"image file {path} doesn't exist" if not path.exists() else f"{path} is not a file")
    try:
        with warnings.catch_warnings():
            # `_check_still` draws the line where Pillow would only warn.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                _check_still(path, image)
                yield image
    except Image.DecompressionBombError:
        raise InputError(f"{path} has more than the {LARGEST / 1e6:.0f} million pixels allowed") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} is not an image that can be read") from None
    except (OSError, SyntaxError, EOFError, png.Error) as error:  # Pillow's PNG reader raises SyntaxError for a broken chunk
        raise InputError(f"{path} can't be read, it is damaged or cut off: {error}") from None


def _check_still(path: Path, image: Image.Image) -> None:
    if image.width * image.height > LARGEST:
        raise InputError(f"{path} has {image.width}x{image.height} pixels, at most {LARGEST / 1e6:.0f} million are allowed")
    # Phones write several views of one photo as MPO; the first is the photo.
    if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
        raise InputError(f"{path} is animated or has several pages, one still picture is needed")
    check_mode(image, str(path))


def _samples(path: Path, image: Image.Image) -> tuple[np.ndarray, int, tuple[str, ...]]:
    """Return the file's samples, [H, W, C], the EXIF orientation that they still have to be turned by, and notes."""
    orientation = image.getexif().get(_EXIF_ORIENTATION, 1)
    # Pillow cuts 16-bit colour down to 8 bits, so such files are read with libraries that don't.
    if image.format == "PNG" and _png_bit_depth(path) == 16:
        image.load()  # pypng misses some damage that Pillow sees
        return _read_deep_png(path), orientation, ()
    if image.format == "TIFF" and image.tag_v2.get(_TIFF_BITS_PER_SAMPLE, ())[:2] == (16, 16):
        return _read_deep_tiff(path), orientation, ()
    image.load()
    # Pillow turns a TIFF by itself.
    samples, notes = plain_samples(image, str(path))
    return samples, 1 if image.format == "TIFF" else orientation, notes


def _png_bit_depth(path: Path) -> int:
    with path.open("rb") as file:
        return file.read(25)[24]


def _read_deep_tiff(path: Path) -> np.ndarray:
    try:
        samples = tifffile.imread(path)
    except ValueError as error:
        raise InputError(f"{path} can't be read ({error}): save it uncompressed, or as PNG") from None
    if samples.dtype != np.uint16 or samples.ndim != 3 or samples.shape[2] not in (3, 4):
        raise InputError(f"{path}: samples of {samples.dtype} in the shape {samples.shape} aren't supported")
    return samples


def _read_deep_png(path: Path) -> np.ndarray:
    width, height, rows, info = png.Reader(filename=str(path)).asDirect()
    samples = np.vstack([np.frombuffer(row, dtype=np.uint16) for row in rows])
    return samples.reshape(height, width, info["planes"])


def _encoded(photo: Photo, path: Path) -> bytes:
    buffer = io.BytesIO()
    samples = samples_of(photo)
    if photo.bits == 8:
        image = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
        kind = Image.registered_extensions()[path.suffix.lower()]
        image.save(buffer, format=kind, icc_profile=photo.icc_profile, **_BEST_QUALITY.get(kind, {}))
    elif path.suffix.lower() == ".png":
        _encode_deep_png(buffer, samples)
        return _with_profile(buffer.getvalue(), photo.icc_profile)
    else:
        kind = {"photometric": "rgb", "planarconfig": "contig"} if samples.shape[2] >= 3 else {"photometric": "minisblack"}
        extra = {"extrasamples": ["unassalpha"]} if photo.alpha is not None else {}
        tifffile.imwrite(
            buffer, samples[..., 0] if samples.shape[2] == 1 else samples, iccprofile=photo.icc_profile, **kind, **extra
        )
    return buffer.getvalue()


def _encode_deep_png(buffer: io.BytesIO, samples: np.ndarray) -> None:
    height, width, planes = samples.shape
    writer = png.Writer(width, height, greyscale=planes < 3, alpha=planes in (2, 4), bitdepth=16)
    writer.write(buffer, samples.reshape(height, -1))


def _with_profile(png_file: bytes, profile: bytes | None) -> bytes:
    """Return a PNG file with an iCCP chunk, which pypng doesn't write; the PNG specification puts it after IHDR."""
    if profile is None:
        return png_file
    body = b"iCCP" + b"ICC profile\0\0" + zlib.compress(profile)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png_file[:_END_OF_IHDR] + chunk + png_file[_END_OF_IHDR:]


def _upright(samples: np.ndarray, orientation: int) -> np.ndarray:
    """Return [H, W, C] samples turned as EXIF's orientation (1 to 8) says."""
    if orientation in (5, 6, 7, 8):
        samples = samples.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples
