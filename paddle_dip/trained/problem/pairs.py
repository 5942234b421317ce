"""Pairs of blurred and sharp photos: made from any folder of photos, and found again by their names."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.files import read_json, writable_folder, write_json
from paddle_dip.io.images import WRITABLE, read_size, write_rgb
from paddle_dip.problem.convolution import convolved
from paddle_dip.trained.problem.blurs import blur_kernel, check_strength
from paddle_dip.trained.problem.square_crops import read_square, resized

BLURRED, SHARP = "blurred", "sharp"  # the two folders
MULTIPLE = 256  # the generator halves a side eight times
_NOTED = "pairs.json"  # how they were made
_SHOWN = 3  # names in a message


@dataclass(frozen=True)
class PairSettings:
    """How pairs are made. strength: in pixels of the finished pair, so that it is one blur whatever the photos' sizes."""

    blur: str = "disk"
    strength: float = 3.0
    size: int = 256

    def __post_init__(self):
        if self.size < MULTIPLE or self.size % MULTIPLE:
            raise InputError(f"size must be a multiple of {MULTIPLE}, not {self.size}")
        check_strength(self.strength, self.size)
        blur_kernel(self.blur, self.strength)


@dataclass(frozen=True)
class Pair:
    """Two files of one name: their path below blurred/ and sharp/."""

    name: str
    blurred: Path
    sharp: Path


def make_pair(square: np.ndarray, settings: PairSettings) -> tuple[np.ndarray, np.ndarray]:
    """Return (blurred, sharp), [3, size, size] in [0, 1], of a square photo, [3, S, S] in [0, 1]: blurred first, then resized."""
    kernel = blur_kernel(settings.blur, settings.strength * square.shape[1] / settings.size)
    return resized(convolved(square, kernel).clip(0, 1), settings.size), resized(square, settings.size)


def prepare_pairs(photos: Path, out: Path, settings: PairSettings, *, skip: Callable[[str], None] | None = None) -> int:
    """Write blurred/NAME.png, sharp/NAME.png and pairs.json under `out` for every photo under `photos`; return how many.

    skip: called with the reason for each photo that can't be used, and goes on; None: the first one raises InputError.
    """
    if Path(photos).resolve() in (place := Path(out).resolve(), *place.parents):
        raise InputError(f"output folder {out} lies in the photos' own: the pairs would count as photos; choose another")
    files = photo_files(photos)
    names = {file: pair_name(file.relative_to(photos)) for file in files}
    twice = sorted(name for name, count in Counter(names.values()).items() if count > 1)
    if twice:
        raise InputError(f"photos {photos}: several files would become {twice[0]}; rename them")
    for part in (BLURRED, SHARP):
        if any(writable_folder(Path(out, part)).iterdir()):
            raise InputError(f"output folder {Path(out, part)} isn't empty: choose another")
    made: list[str] = []
    for file, name in names.items():
        try:
            blurred, sharp = make_pair(_large_square(file, settings.size), settings)
        except ValueError as error:
            if skip is None:
                _remove(out, made)  # what is left would refuse the next try
                raise
            skip(str(error))
            continue
        write_rgb(Path(out, BLURRED, name), blurred)
        write_rgb(Path(out, SHARP, name), sharp)
        made.append(name)
    if not made:
        raise InputError(f"photos {photos}: none can be used")
    write_json(Path(out, _NOTED), asdict(settings) | {"pairs": len(made)})
    return len(made)


def pair_name(photo: PurePath) -> str:
    """Return the name of the pair that is made of a photo, by the photo's path in its folder."""
    return "_".join(photo.with_suffix("").parts) + ".png"


def _remove(out: Path, names: list[str]) -> None:
    for part in (BLURRED, SHARP):
        for name in names:
            Path(out, part, name).unlink()


def photo_files(folder: Path) -> list[Path]:
    """Return the image files under a folder and its sub-folders, sorted; raises InputError where there are none."""
    if not Path(folder).is_dir():
        raise InputError(f"photos {folder} is not a folder")
    files = sorted(file for file in Path(folder).rglob("*") if file.suffix.lower() in WRITABLE and file.is_file())
    if not files:
        raise InputError(f"photos {folder} has no file ending in one of {', '.join(WRITABLE)}")
    return files


def named_photos(folder: Path) -> dict[str, Path]:
    """Return `photo_files` by their paths in the folder."""
    return {file.relative_to(folder).as_posix(): file for file in photo_files(folder)}


def read_settings(folder: Path) -> PairSettings | None:
    """Return how the pairs in a folder were made, None where `prepare_pairs` didn't; raises InputError where it can't be read."""
    path = Path(folder, _NOTED)
    if not path.exists():
        return None
    try:
        noted = read_json(path)
        return PairSettings(noted["blur"], noted["strength"], noted["size"])
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} can't be read: delete it to train without knowing the blur") from None


def find_pairs(folder: Path) -> list[Pair]:
    """Return the pairs in folder/blurred and folder/sharp; raises InputError for names on one side only or fewer than two."""
    sides = {part: named_photos(Path(folder, part)) for part in (BLURRED, SHARP)}
    blurred, sharp = sides[BLURRED], sides[SHARP]
    for part, single in ((BLURRED, sorted(blurred.keys() - sharp.keys())), (SHARP, sorted(sharp.keys() - blurred.keys()))):
        if single:
            more = f" and {len(single) - _SHOWN} more" if len(single) > _SHOWN else ""
            raise InputError(f"pairs {folder}: unpaired, only in {part}/: {', '.join(single[:_SHOWN])}{more}")
    if len(sharp) < 2:
        raise InputError(f"pairs {folder}: at least 2 pairs are needed, one to learn from and one to test with, not {len(sharp)}")
    return [Pair(name, blurred[name], sharp[name]) for name in sorted(sharp)]


def common_size(pairs: list[Pair], multiple: int, *, skip: bool) -> int:
    """Return the side that all pictures have; raises InputError, naming the file, where one isn't a square of it or it doesn't fit.

    multiple: what the side must be a multiple of. skip: leave out files whose size can't be read, instead of raising.
    """
    sizes = {}
    for pair in pairs:
        for file in (pair.blurred, pair.sharp):
            try:
                sizes[file] = read_size(file)
            except ValueError:
                if not skip:
                    raise
    counts = Counter(sizes.values())
    wanted = counts.most_common(1)[0][0] if counts else (0, 0)
    for file, size in sizes.items():
        if size != wanted:
            raise InputError(
                f"{file} is {size[1]}x{size[0]} pixels, the others are {wanted[1]}x{wanted[0]}: all must have one size"
            )
    if wanted[0] != wanted[1] or wanted[0] < multiple or wanted[0] % multiple:
        raise InputError(
            f"pictures of {wanted[1]}x{wanted[0]} pixels don't fit: squares with a side that is a multiple of {multiple}"
        )
    return wanted[0]


def _large_square(file: Path, size: int) -> np.ndarray:
    square = read_square(file)
    if square.shape[1] < size:
        raise InputError(f"{file} is smaller than {size} pixels a side: enlarged it wouldn't be sharp")
    return square
