"""A run's state on disk, written whole or not at all; plain arrays and JSON, nothing that runs code when read."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.files import whole_file

_NOTES = "notes.json"


def save_checkpoint(path: Path, state: dict[str, np.ndarray], notes: dict) -> None:
    """Write named arrays and JSON-ready notes to one .npz file."""
    arrays: dict[str, Any] = {**state, _NOTES: np.frombuffer(json.dumps(notes).encode(), dtype=np.uint8)}
    with whole_file(path) as file:
        np.savez(file, **arrays)


def keep_checkpoint(path: Path, state: dict[str, np.ndarray], notes: dict) -> None:
    """Write a checkpoint as `save_checkpoint` does, and keep the one before it beside it, for the case that this one is damaged."""
    if path.exists():
        os.replace(path, before(path))
    save_checkpoint(path, state, notes)


def before(path: Path) -> Path:
    """Return where the checkpoint before the one in `path` is kept."""
    return path.with_name(f"{path.name}.before")


def forget_checkpoints(path: Path) -> None:
    """Remove a checkpoint and the one before it."""
    for each in (path, before(path)):
        each.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """Return the arrays and the notes of a checkpoint; raises InputError where the file is damaged.

    A file of ill will can neither run code nor take more memory than it is long.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > path.stat().st_size:
                raise ValueError("its arrays share their bytes")
            state = {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
        notes = json.loads(state.pop(_NOTES).tobytes())
        if not isinstance(notes, dict):
            raise ValueError("the notes have no names")
    except Exception:  # an archive of ill will or ill luck can raise anything
        raise InputError(f"checkpoint {path} can't be read, it is damaged: delete it to start this image afresh") from None
    return state, notes


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """Return one array of an archive that `save_checkpoint` has written; raises ValueError or TypeError where another one has.

    `numpy.load` would unpack what is compressed, and make room for an array as large as its header says.
    """
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{info.filename} is compressed")
    with archive.open(info) as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{info.filename} is of another version")
        shape, columns_first, dtype = np.lib.format.read_array_header_1_0(member)
        if dtype.hasobject:
            raise ValueError(f"{info.filename} holds objects")
        return np.ndarray(shape, dtype, bytearray(member.read()), order="F" if columns_first else "C")
