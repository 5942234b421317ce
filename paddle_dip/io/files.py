"""Files written whole or not at all."""

import csv
import io
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, TypeVar, get_type_hints

from paddle_dip.errors import InputError

Row = TypeVar("Row")
LOCK = ".lock"  # the name of the file by which a run holds a folder
_NAME_BYTES = 200  # of a file's name in its temporary one, which is longer, and may have 255
_GLANCE_SECONDS = 1.0  # between looks at whether another run has left a folder


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a binary file that appears at `path` only when the block ends without an error."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{_shortened(path.name)}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all.

    A file name may hold bytes that the locale has no letters for; they are UTF-8 where they can be, else each becomes U+FFFD.
    """
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode())


def write_json(path: Path, value: object) -> None:
    """Write `value` as indented JSON, whole or not at all. JSON has no infinity: what isn't finite becomes null."""
    write_text(path, json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; raises ValueError where it holds anything else."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("its lists are too deep") from None


def write_csv(path: Path, columns: tuple[str, ...], records: list[dict]) -> None:
    """Write a table as CSV, whole or not at all."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    write_text(path, text.getvalue())


def write_rows(path: Path, kind: type, rows: Sequence) -> None:
    """Write rows, all of one dataclass, as CSV: a column a field."""
    write_csv(path, tuple(get_type_hints(kind)), [asdict(row) for row in rows])


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Return the rows of a dataclass that a table holds; raises InputError where it has other columns or values."""
    kinds = get_type_hints(kind)
    try:
        with Path(path).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != tuple(kinds):
                raise InputError(f"its columns must be {', '.join(kinds)}")
            return [kind(**{name: kinds[name](value) for name, value in record.items()}) for record in reader]
    except (ValueError, TypeError, KeyError) as error:  # other text, other bytes, rows too short or too long
        raise InputError(f"{path} can't be read, it is damaged ({error})") from None


def writable_folder(path: Path) -> Path:
    """Return `path`, made if need be; raises InputError where no file can be written in it."""
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise InputError(f"output folder {path} is a file")
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise InputError(f"output folder {path} can't be written to: {error.strerror or error}") from None
    return path


def remove_leftovers(folder: Path) -> None:
    """Remove the half-written files of a run that was killed."""
    for leftover in folder.rglob(".*.part"):
        leftover.unlink(missing_ok=True)


def remove_half_written(paths: Collection[Path]) -> None:
    """Remove what a run that was killed has written of some files by `whole_file`, beside them, and nothing else."""
    written = {(path.parent, _shortened(path.name)) for path in paths}
    for folder in {path.parent for path in paths}:
        for leftover in folder.glob(".*.part"):
            if (folder, leftover.name[1:].rsplit(".", 2)[0]) in written:
                leftover.unlink(missing_ok=True)


def _shortened(name: str) -> str:
    """Return a file's name, or the beginning of one that would be too long with more behind it."""
    data = name.encode("utf-8", "surrogateescape")
    return name if len(data) <= _NAME_BYTES else data[:_NAME_BYTES].decode("utf-8", "ignore")


def differences(earlier: Mapping, now: Mapping, free: Collection[str] = ()) -> dict[str, str]:
    """Return in words, by name, the settings that differ between a folder's earlier run and this one; free: names that may."""
    names = sorted(name for name in {*earlier, *now} - {*free} if earlier.get(name) != now.get(name))
    return {name: f"{name} {earlier.get(name)} there, {now.get(name)} here" for name in names}


@contextmanager
def held(folder: Path, meanwhile: Callable[[], None] | None = None) -> Iterator[None]:
    """Keep other runs out of an output folder; the lock ends with the process.

    Raises InputError where another run is in it; with `meanwhile` that is called, again and again, until the other run has left.
    """
    while True:
        try:
            file = lock_file(Path(folder) / LOCK)
        except FileNotFoundError:
            Path(folder).mkdir(parents=True, exist_ok=True)  # another run has removed it at its end
            continue
        except OSError as error:
            raise InputError(f"--out {folder} can't be locked: {error.strerror or error}") from None
        if file is not None:
            break
        if meanwhile is None:
            raise InputError(f"--out {folder} is being written to by another run")
        meanwhile()
        time.sleep(_GLANCE_SECONDS)
    with file:
        yield


def lock_file(path: Path) -> IO[bytes] | None:
    """Return a file, made if need be, locked until it is closed or the process ends; None where another process has the lock.

    Raises OSError where there is no such folder, or its file system has no locks.
    """
    while True:
        file = path.open("ab")  # whoever has the lock may have written in it
        try:
            import fcntl
        except ImportError:  # Windows: nothing keeps two runs apart there
            return file
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        except OSError:
            file.close()
            raise
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # whoever had the lock has removed the file since it was opened


def _finite(value):
    if isinstance(value, dict):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
