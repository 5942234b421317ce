"""The super-resolution benchmark's images: where they are found, and the pair (truth, low-resolution) the protocol makes of one."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

from paddle_dip.environment import home
from paddle_dip.errors import InputError
from paddle_dip.io.images import read_rgb
from paddle_dip.problem.ground_truth import SUFFIX, checksums, ground_truth_files, mounted_archive, mounted_ground_truth, sha256

_MULTIPLE = 32  # the reference crops to multiples of 32 (its network halves the side five times)
_EMBEDDED_SIDE = 256
# Photos inside scikit-image's wheel, by its names: no download.
_EMBEDDED = {"astronaut": "astronaut", "camera": "camera", "cat": "chelsea", "coffee": "coffee"}


@dataclass(frozen=True)
class BenchmarkCase:
    """One image of the benchmark. truth: float32 [3, H, W] in [0, 1]; low: float32 [3, H/factor, W/factor] in [0, 1]."""

    name: str
    truth: np.ndarray
    low: np.ndarray


@dataclass(frozen=True)
class Source:
    """Where the images are: `folder`, or None for the embedded photos, and in words how that was decided."""

    folder: Path | None
    words: str


def find_source(data: str | None) -> Source:
    """Return where to take the images from: `data` ("embedded", "set14" or a folder), else Set14, else the embedded photos.

    Set14 is looked for in datas/sr/Set14, $PADDLE_DIP_DATA/sr/Set14 and what AI Studio has mounted. Nothing is unpacked.

    Raises InputError where `data` is "set14" and it is in none of them, or a folder without NAME_GT.png files.
    """
    if data == "embedded":
        return Source(None, "the embedded photos (asked for)")
    if data not in (None, "set14"):
        if not ground_truth_files(Path(data)):
            raise InputError(f"data folder {data} has no file named NAME{SUFFIX}")
        return Source(Path(data), f"{_elsewhere_too(Path(data))} (asked for)")
    shared = os.environ.get("PADDLE_DIP_DATA")
    usual = {"datas/sr/Set14": Path("datas/sr/Set14")}
    if shared:
        usual["$PADDLE_DIP_DATA/sr/Set14"] = Path(shared) / "sr" / "Set14"
    for words, folder in usual.items():
        if ground_truth_files(folder):
            return Source(folder, words)
    mounted = mounted_ground_truth()
    if mounted is not None:
        return Source(mounted, f"{_elsewhere_too(mounted)} (found in your home, where AI Studio mounts data)")
    missing = f"no image in {' or '.join(usual)}{_packed()}"
    if data == "set14":
        raise InputError(f"Set14 isn't there ({missing}): tools/fetch_data.py downloads it into datas/sr")
    return Source(None, f"the embedded photos ({missing})")


def _elsewhere_too(folder: Path) -> str:
    """Return a folder in words that mean the same on another machine, where there are such: results are recorded with them."""
    places = {"$PADDLE_DIP_DATA": os.environ.get("PADDLE_DIP_DATA"), "~": home()}
    for words, place in places.items():
        if place and folder.is_absolute() and folder.is_relative_to(Path(place).absolute()):
            return str(words / folder.relative_to(Path(place).absolute()))
    return str(folder)


def _packed() -> str:
    """Return the hint that Set14 is mounted in an archive: to unpack it is for its owner to decide."""
    archive = mounted_archive()
    return "" if archive is None else f"; {archive} isn't unpacked: unpack it beside itself, then run this again"


def image_names(source: Source) -> list[str]:
    """Return the names of the images there are, in alphabetical order."""
    if source.folder is None:
        return sorted(_EMBEDDED)
    return sorted(ground_truth_files(source.folder))


def is_benchmark_image(source: Source, name: str) -> bool:
    """Return whether an image is, to the byte, the one of that name in Set14 or Set5, which published figures are of."""
    if source.folder is None:
        return False
    digest = sha256(_truth_file(source.folder, name))
    return digest in {entry["sha256"] for path, entry in checksums().items() if path.endswith(f"/{name}{SUFFIX}")}


def load_truth(source: Source, name: str, factor: int) -> np.ndarray:
    """Return the ground truth, uint8 [H, W, 3], as the protocol crops it for `factor`; raises InputError for an unusable image."""
    if source.folder is None:
        photo = getattr(skimage.data, _EMBEDDED[name])()
        rgb = photo if photo.ndim == 3 else np.stack([photo] * 3, axis=-1)
        return centre_crop(rgb, min(_EMBEDDED_SIDE, rgb.shape[0]), min(_EMBEDDED_SIDE, rgb.shape[1]))
    path = _truth_file(source.folder, name)
    rgb = read_rgb(path)
    if min(rgb.shape[:2]) < _MULTIPLE:
        raise InputError(f"{path} has {rgb.shape[1]}x{rgb.shape[0]} pixels, the protocol needs at least {_MULTIPLE} on each side")
    return crop_for_factor(rgb, factor)


def crop_for_factor(rgb: np.ndarray, factor: int) -> np.ndarray:
    """Return the top-left part of [H, W, 3] whose sides are multiples of `factor`; so the published x8 truth was cut."""
    return rgb[: rgb.shape[0] // factor * factor, : rgb.shape[1] // factor * factor]


def protocol_crop(truth: np.ndarray) -> np.ndarray:
    """Return the centre crop of an [H, W, 3] image to multiples of 32, the region the protocol restores and scores."""
    height, width = (side // _MULTIPLE * _MULTIPLE for side in truth.shape[:2])
    return centre_crop(truth, height, width)


def load_case(source: Source, name: str, factor: int) -> BenchmarkCase:
    """Return the benchmark's case `name`; raises InputError for an unusable image or factor."""
    return make_case(name, load_truth(source, name, factor), factor)


def make_case(name: str, truth: np.ndarray, factor: int) -> BenchmarkCase:
    """Return the case of a truth, uint8 [H, W, 3]: cropped as the protocol does, and what Pillow's Lanczos makes of its pixels."""
    if _MULTIPLE % factor:
        raise InputError(f"factor must divide {_MULTIPLE} in the benchmark, not {factor}")
    high = protocol_crop(truth)
    size = (high.shape[1] // factor, high.shape[0] // factor)
    low = np.asarray(Image.fromarray(high).resize(size, Image.Resampling.LANCZOS))
    return BenchmarkCase(name, to_unit(high), to_unit(low))


def centre_crop(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the middle `height` x `width` pixels of an [H, W, ...] image; odd remainders leave one pixel more at the end."""
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def to_unit(pixels: np.ndarray) -> np.ndarray:
    """Return 8-bit pixels, uint8 [H, W, C], as float32 [C, H, W] in [0, 1]."""
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)


def _truth_file(folder: Path, name: str) -> Path:
    return ground_truth_files(folder).get(name, folder / f"{name}{SUFFIX}")
