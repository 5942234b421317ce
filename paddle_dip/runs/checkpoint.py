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
    """Return the arrays and the notes of a checkpoint; raises InputError where the file is damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            state = {name: archive[name] for name in archive.files}
        notes = json.loads(state.pop(_NOTES).tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, TypeError, AttributeError):  # the last two: a bare array
        raise InputError(f"checkpoint {path} can't be read, it is damaged: delete it to start this image afresh") from None
    return state, notes
