"""What a person got wrong, told from what the program got wrong."""

from collections.abc import Collection
from typing import TypeVar

Number = TypeVar("Number", bound=float)
Choice = TypeVar("Choice")


class InputError(ValueError):
    """A setting, file or image that can't be used; the message is one line that begins with what is wrong and says what is allowed.

    Commands show it as that line. Every other ValueError is a fault of the program and shows its traceback.
    """

    @property
    def setting(self) -> str:
        """The name of the setting that is wrong, where the message begins with one; else empty."""
        first, *_ = str(self).split(maxsplit=1) or [""]
        name = first.removeprefix("--").replace("-", "_")
        return name if name.isidentifier() else ""


class FitError(ArithmeticError):
    """A fit that went wrong by itself: its loss or output isn't a number, or it failed again and again."""


def at_least(name: str, value: Number, least: float) -> Number:
    """Return `value`; raises InputError, naming the setting or option, where it is below `least`."""
    if not value >= least:
        raise InputError(f"{name} must be at least {least}, not {value}")
    return value


def one_of(name: str, value: Choice, allowed: Collection) -> Choice:
    """Return `value`; raises InputError, naming the setting or option, where it isn't one of `allowed`."""
    if value not in allowed:
        raise InputError(f"{name} must be one of {', '.join(map(str, allowed))}, not {value!r}")
    return value
