"""What a person got wrong, told from what the program got wrong."""

from collections.abc import Collection
from numbers import Integral, Real
from typing import Any, TypeVar

Number = TypeVar("Number", bound=float)
Choice = TypeVar("Choice")
_KINDS = {bool: (bool, "True or False"), int: (Integral, "a whole number"), float: (Real, "a number"), str: (str, "a word")}


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


def check_kind(name: str, value: Any, kind: type) -> None:
    """Raise InputError, which begins with `name`, where a value isn't of a kind: bool, int, float or str; NumPy's count, too."""
    allowed, words = _KINDS[kind]
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise InputError(f"{name} must be {words}, not {value!r}")


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
