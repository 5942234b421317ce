"""The files of the benchmark's ground truths: how they are known in a folder, and where AI Studio mounts them."""

import hashlib
import json
import os
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from paddle_dip.environment import home

SUFFIX = "_GT.png"
# AI Studio mounts each data set of a project below this folder of its home, as data12345/, packed or not as its uploader left it.
MOUNTED = (home() or Path("~")) / "data"
_SOURCE_NAMES = "img_*_SRF_4_HR.png"  # what SelfExSR calls them
_DEPTH = 4  # folders below MOUNTED: data sets may hold millions of files


def ground_truth_files(folder: Path) -> dict[str, Path]:
    """Return the ground truths in a folder by image name: NAME_GT.png, else Set14's and Set5's under their source's own names."""
    named = {path.name.removesuffix(SUFFIX): path for path in sorted(folder.glob(f"*{SUFFIX}"))}
    if named:
        return named
    # The source counts both sets from img_001 on: only the bytes tell which image it is.
    known = {entry["sha256"]: Path(path).name.removesuffix(SUFFIX) for path, entry in checksums().items()}
    found = {known.get(sha256(path)): path for path in folder.glob(_SOURCE_NAMES)}
    return {name: found[name] for name in sorted(filter(None, found))}


def mounted_ground_truth() -> Path | None:
    """Return the first folder with ground truths and Set14 in its path that AI Studio has mounted, None where there is none."""
    return next((folder for folder in _mounted_folders() if "set14" in _below(folder) and ground_truth_files(folder)), None)


def mounted_archive() -> Path | None:
    """Return a mounted archive that Set14 seems to be packed in, None where there is none."""
    packed = (path for folder in _mounted_folders() for kind in ("*.zip", "*.tar*") for path in sorted(folder.glob(kind)))
    return next((path for path in packed if "set14" in _below(path)), None)


@cache
def checksums() -> dict:
    """Return, for each file of the two sets, its name at the source and its sha256."""
    return json.loads(files("paddle_dip.problem").joinpath("checksums.json").read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    """Return the checksum of a file, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _mounted_folders() -> Iterator[Path]:
    for root, folders, _ in os.walk(MOUNTED):
        folders.sort()
        if len(Path(root).relative_to(MOUNTED).parts) >= _DEPTH:
            folders.clear()
        yield Path(root)


def _below(path: Path) -> str:
    return str(path.relative_to(MOUNTED)).lower()
