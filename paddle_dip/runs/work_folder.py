"""The work folder of a restoration, OUT.work/ beside its result: what is done so far, and whether a run may go on from it."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.files import LOCK, differences, held, read_json, remove_leftovers, writable_folder, write_json
from paddle_dip.problem.presets import completed
from paddle_dip.runs.array_folder import ArrayFolder
from paddle_dip.runs.photos import PhotoJob

_ARRAYS, _STATES = "*.npz", "*.checkpoint*"  # what is finished, and fits that go on
_NOTE = "photo.json"  # in a photo's folder: what it is made of, and whether its result is written


def work_place(out: Path) -> Path:
    """Return where the work folder of a result, a file or a folder, is."""
    return out.with_name(f"{out.name}.work")


def identity(job: PhotoJob) -> dict:
    """Return what must be equal for two runs to belong to one restoration, JSON-ready: settings, and checksums of all pixels."""
    pixels = {"photo": job.photo.pixels} | {name: value for name, value in job.inputs.items() if isinstance(value, np.ndarray)}
    if (jpeg := job.inputs.get("jpeg")) is not None:
        pixels |= {f"jpeg {number}": plane.coefficients for number, plane in enumerate(jpeg.planes) if plane is not None}
    plain = {name: value for name, value in job.inputs.items() if name not in pixels and name != "jpeg"}
    own = {"seed": job.seed, "dtype": job.dtype, "tiles": _words(job)}
    return {"settings": plain | own | job.preset.settings(), "pictures": {name: _checksum(image) for name, image in pixels.items()}}


@contextmanager
def opened(root: Path, *, resume: bool, meanwhile: Callable[[], None] | None = None) -> Iterator[None]:
    """Have the work folder there, made if need be; no other run gets it meanwhile.

    meanwhile: see `paddle_dip.io.files.held`; runs that help may be writing in the folder then, and nothing of theirs is removed.
    Raises InputError where it holds work and `resume` isn't given, or anything of others; where it can't be written or is in use.
    """
    if not resume and any(path for kind in (_ARRAYS, _STATES) for path in root.rglob(kind)):
        raise InputError(f"{root} holds a restoration that has been begun: go on with it with --resume, or delete it")
    if root.is_dir() and any(root.iterdir()) and not (root / LOCK).exists():
        raise InputError(f"{root} holds files of something else, and would be removed: move them, or choose another --out")
    writable_folder(root)
    with held(root, meanwhile):
        if meanwhile is None:
            remove_leftovers(root)
        yield


def prepare(folder: Path, made_of: dict, *, resume: bool) -> None:
    """Have a photo's folder there, with its identity noted in it; raises InputError where it is another restoration's."""
    earlier = _note(folder) if resume else None
    if not _joins(folder, earlier, made_of):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        write_json(folder / _NOTE, made_of | {"finished": False})
    else:
        kept_in(folder).drop_damaged()


def _joins(folder: Path, earlier: dict | None, made_of: dict) -> bool:
    """Return whether there is a note of an earlier run; raises InputError where that was of another restoration."""
    if earlier is None:
        return False
    if different := differences(completed(earlier["settings"]), completed(json.loads(json.dumps(made_of["settings"])))):
        changes = ", ".join(different.values()) + (": --jobs and --max-memory decide on them" if "tiles" in different else "")
        raise InputError(f"{folder} holds a restoration with other settings ({changes}): take those, or delete it to begin afresh")
    if different := differences(earlier["pictures"], made_of["pictures"]):
        raise InputError(f"{folder} holds a restoration of another {' and '.join(different)}: delete it to begin afresh")
    return True


def is_joined(folder: Path, made_of: dict) -> bool:
    """Return whether a run has begun to restore a photo, and not ended; raises InputError where it restores another one so."""
    note = _note(folder)
    return _joins(folder, note, made_of) and not (note or {}).get("finished")


def kept_in(folder: Path) -> ArrayFolder:
    """Return the arrays that are kept of a photo."""
    return ArrayFolder(folder)


def checkpoint_in(folder: Path, name: str) -> Path:
    """Return where a fit's state is kept while it goes on: apart from what is finished."""
    return folder / f"{name}.checkpoint"


def is_finished(folder: Path) -> bool:
    """Return whether a photo's result has been written."""
    return bool((_note(folder) or {}).get("finished"))


def is_over(folder: Path) -> bool:
    """Return whether a photo's result has been written, or its folder removed after that."""
    note = _note(folder)
    return note is None or bool(note.get("finished"))


def is_begun(folder: Path) -> bool:
    """Return whether a photo's folder is there."""
    return _note(folder) is not None


def finish(folder: Path) -> None:
    """Note that a photo's result has been written, and remove what was kept for it."""
    note = _note(folder)
    assert note is not None  # `opened` has written it
    write_json(folder / _NOTE, note | {"finished": True})
    for path in folder.iterdir():
        if path.name != _NOTE:
            path.unlink(missing_ok=True)  # a claim ends by itself


def remove(root: Path) -> None:
    """Remove a work folder, when all results are written."""
    shutil.rmtree(root, ignore_errors=True)


def _note(folder: Path) -> dict | None:
    """Return a photo's note; None where there is none; raises InputError where it can't be read."""
    path = folder / _NOTE
    try:
        note = read_json(path)
        return {key: note[key] for key in ("settings", "pictures", "finished")}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} can't be read, it is damaged: delete {folder} to begin afresh") from None


def _words(job: PhotoJob) -> str:
    rows, columns = job.tiles[0]
    return f"{len(job.tiles)} of {columns.stop - columns.start}x{rows.stop - rows.start}"


def _checksum(image: np.ndarray) -> str:
    return hashlib.sha256(str(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()
