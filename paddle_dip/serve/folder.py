"""The folder of one server, locked while it lives; a killed one's is removed by the next. What a job is given is copied into it."""

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from paddle_dip.errors import InputError
from paddle_dip.io.files import lock_file
from paddle_dip.serve.request import Request

_PREFIX, _LOCK = "paddle_dip-serve-", ".lock"


def locked_folder() -> tuple[Path, IO[bytes] | None]:
    """Return a new temporary folder and its lock, None where the file system has none; remove what killed servers have left."""
    _remove_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    with suppress(OSError):
        held = lock_file(folder / "lock")
        (folder / "lock").rename(folder / _LOCK)  # never there without being held, while its server lives
        return folder, held
    return folder, None


def kept(request: Request, folder: Path) -> Request:
    """Return a request whose files are copies in a new folder, where it is written too; raises InputError where there's no room."""
    try:
        folder.mkdir()
        own = replace(request, photo=_copied(request.photo, folder / "photo"))
        if request.second is not None:
            own = replace(own, second=_copied(request.second, folder / "second"))
        own.save(folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise InputError(f"photo can't be kept on the server: {error.strerror or error}") from None
    return own


def _copied(upload: str, folder: Path) -> str:
    folder.mkdir()
    return str(shutil.copy(upload, folder / Path(upload).name))


def _remove_left_behind() -> None:
    """Remove the folders of servers that were killed; whoever lives holds the lock of its own."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        with suppress(OSError):  # another user's
            held = lock_file(lock) if os.name == "posix" else None  # Windows' locks keep no two apart
            if held:
                with held:
                    for path in lock.parent.iterdir():
                        if path != lock:  # which goes last: without it the folder would never be found again
                            shutil.rmtree(path, ignore_errors=True)
                    shutil.rmtree(lock.parent)
