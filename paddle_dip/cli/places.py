"""Where photos lie and where their results go: files, or folders of them; nothing that was given is written over."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from paddle_dip.cli.command import say
from paddle_dip.errors import InputError
from paddle_dip.io.images import READABLE, WRITABLE, Photo, check_writable, losses

_LONGEST_NAME = 250  # bytes: with .json or .work behind it, what most file systems take


def result_places(photos: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Return the photos and where each one's result goes; raises InputError where two would go to one place, or there is none."""
    if not is_folder(photos):
        return [(photos[0], out)]
    paths = [each for path in photos for each in (_pictures(path) if path.is_dir() else [path])]
    if out.suffix.lower() in WRITABLE or (out.exists() and not out.is_dir()):
        raise InputError(f"--out {out} must be a folder where several photos are given, or a folder of them")
    names = [path.name if path.suffix.lower() in WRITABLE else f"{path.stem}.png" for path in paths]
    counts = Counter(map(_as_disks_name, names))
    if twice := [name for name in names if counts[_as_disks_name(name)] > 1]:
        raise InputError(f"--out {out} would get two results of the name {twice[-1]}: restore those photos apart")
    return [(path, out / name) for path, name in zip(paths, names, strict=True)]


def _as_disks_name(name: str) -> str:
    """Return what names have in common that the disks of most Windows and macOS machines don't tell apart."""
    return name.casefold() if sys.platform in ("win32", "darwin") else name


def is_folder(photos: Sequence[Path]) -> bool:
    """Return whether the results of what was given go into a folder: it is several photos, or a folder of them."""
    return len(photos) > 1 or photos[0].is_dir()


def _pictures(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in READABLE and not path.name.startswith("."))
    if not found:
        raise InputError(f"{folder} is a folder without a photo in it: their names end in {', '.join(READABLE)}")
    return found


def partner(given: Path, photo: Path) -> Path:
    """Return the file that belongs to a photo: the one given, or in a folder the one of its name; raises InputError for none."""
    if not given.is_dir():
        return given
    found = sorted(path for path in given.iterdir() if path.stem == photo.stem and path.suffix.lower() in READABLE)
    if not found:
        raise InputError(f"{given} holds no picture of the name {photo.stem}, as the photo {photo} has")
    return next((path for path in found if path.name == photo.name), found[0])


def check_place(out: Path, path: Path, photo: Photo, factor: int = 1, tell: Callable[[str], None] = say) -> None:
    """Raise InputError where a photo from the file `path`, enlarged `factor` times, can't be written to `out`, or is there.

    tell: called with each note on what of the photo `out` can't hold.
    """
    if len(os.fsencode(out.name)) > _LONGEST_NAME:
        raise InputError(f"output file's name is too long: {_LONGEST_NAME} bytes at most, not {len(os.fsencode(out.name))}")
    check_writable(out, photo, factor=factor)
    check_apart(out, path)
    for note in losses(out, photo):
        tell(note)


def check_apart(out: Path, path: Path, kind: str = "photo") -> None:
    """Raise InputError where `out` is the file of what is given: a photo, a mask, ..."""
    if out.exists() and path.exists() and out.samefile(path):
        raise InputError(f"--out {out} is the {kind} itself: choose another file")
