"""Claims: of several runs in one folder, on one machine or many, each unit of work is made by one."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from paddle_dip.errors import InputError
from paddle_dip.io.files import lock_file


class NotMade(Enum):
    """What `claimed` returns for a unit that another process is at, and for one whose folder isn't there."""

    TAKEN = "taken"
    GONE = "gone"


TAKEN, GONE = NotMade


class Claimed(Protocol):
    """A unit that can be claimed."""

    @property
    def claim(self) -> Path:
        """The file whose lock is held by whoever makes it."""

    def is_made(self) -> bool:
        """Return whether nothing is left to make of it."""


def claimed(unit: Claimed, *, work: Callable[..., Any], **how: Any) -> Any:
    """Return what `work` does of a unit, None where it has been made meanwhile, TAKEN where another process is at it.

    GONE where its folder isn't there: all that was to be made in it has been, or this machine never had it.
    """
    try:
        with _claim(unit.claim) as ours:
            return _made(unit, work, how) if ours else TAKEN
    except _Gone:
        return GONE


def _made(unit: Claimed, work: Callable[..., Any], how: dict[str, Any]) -> Any:
    try:
        return None if unit.is_made() else work(unit, **how)
    except FileNotFoundError:
        if not unit.is_made():
            raise
        return None  # another process ended meanwhile what the unit is of, and removed the files of its parts


def is_free(unit: Claimed) -> bool:
    """Return whether no process is at a unit now."""
    try:
        with _claim(unit.claim) as ours:
            return ours
    except _Gone:
        return True


class _Gone(Exception):
    """The folder isn't there any more: all that was to be made in it has been."""


@contextmanager
def _claim(path: Path) -> Iterator[bool]:
    """Give whether the lock is ours until the block ends. It ends with the process, however that ends."""
    try:
        file = lock_file(path)
    except FileNotFoundError:
        raise _Gone from None
    except OSError as error:
        raise InputError(f"{path} can't be locked: {error.strerror or error}") from None
    if file is None:
        yield False
        return
    with file:
        file.truncate(0)
        file.write(f"{platform.node()} {os.getpid()}\n".encode())  # for whoever wonders who is at it
        file.flush()
        try:
            yield True
        finally:
            with suppress(PermissionError):  # Windows keeps what is open; it goes with its folder
                path.unlink(missing_ok=True)
