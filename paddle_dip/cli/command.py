"""How every command of the project behaves: Typer parses, bad input is one clear line on standard error and exit code 2."""

import codecs
import io
import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from inspect import Parameter, Signature, signature
from typing import NoReturn, TextIO

import typer
from rich.console import Console

from paddle_dip.errors import FitError, InputError
from paddle_dip.runs.interrupt import INTERRUPTED, Resumable, sigterm_as_ctrl_c

CLOSED_PIPE = 141  # what a shell reports for a command whose reader, `head` for instance, has gone


def command_line(**settings) -> typer.Typer:
    """Return an empty Typer application with the project's settings."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **settings)


def run(app: typer.Typer) -> NoReturn:
    """Run `app` on the command line's arguments and exit.

    The exit code is 0, the command's own, 2 for bad input, 130 after Ctrl-C, 143 after SIGTERM, 141 where what it printed is no
    longer read.
    With the environment variable PADDLE_DIP_DEBUG set, bad input shows its traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        _never_fail(stream)
    try:
        with sigterm_as_ctrl_c() as exit_code:
            code = _code(app, exit_code)
        if sys.stdout is not None:  # it was closed from the start
            sys.stdout.flush()  # here, where a closed pipe is noticed: at Python's end it would be a traceback
    except (BrokenPipeError, SystemExit) as error:
        broken = error.__context__ if isinstance(error, SystemExit) else error  # Typer and Rich make exits of closed pipes
        if not isinstance(broken, BrokenPipeError):
            raise
        code = CLOSED_PIPE if _drop_unread() else _told(f"a process that it works with has ended: {broken}", 2)
    sys.exit(code)


def _code(app: typer.Typer, exit_code: Callable[[], int]) -> int:
    """Return the exit code of `app`, having told what is wrong. exit_code: that of an interrupt."""
    try:
        code = app(standalone_mode=False)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return _told("interrupted", exit_code())
    except Resumable as error:
        return _told(str(error), error.code)
    except (InputError, FitError, ImportError, OSError, MemoryError) as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # while Paddle's own modules load, they make an ImportError of it
            return _told("interrupted", exit_code())
        if os.environ.get("PADDLE_DIP_DEBUG"):
            raise
        return _told(as_typed(_message(error), sys.argv[1:]), 2)
    except Exception as error:
        # Typer carries click inside since 0.2x and depends on it before: its usage errors share a method, not an importable class.
        if hasattr(error, "format_message"):
            if type(error).__name__ == "NoArgsIsHelpError":
                print(error.format_message())
                return 2
            return _told(error.format_message(), 2)
        if type(error).__name__ == "Abort":
            return _told("interrupted", exit_code())
        raise
    if code == INTERRUPTED:  # newer Typers turn Ctrl-C into this code themselves
        return _told("interrupted", exit_code())
    return code if isinstance(code, int) else 0


def with_options(command: Callable) -> Callable:
    """Return `command` as Typer is to see it: with an option for each field of a dataclass in place of its argument `options`.

    The dataclass is what `options` is annotated with; its fields are annotated as options are.
    """
    own = dict(signature(command).parameters)
    kind = own.pop("options").annotation
    shared = {name: each.replace(kind=Parameter.KEYWORD_ONLY) for name, each in signature(kind).parameters.items()}

    @wraps(command)
    def whole(**given) -> None:
        options = kind(**{name: given.pop(name) for name in shared})
        command(**given, options=options)

    whole.__signature__ = Signature([*own.values(), *shared.values()])  # type: ignore[attr-defined]  # `signature` looks for it
    return whole


class _Plain(Console):
    """Prints to a pipe or a file: wide enough for every table, and without blanks at the ends of lines."""

    def print(self, *objects, **how) -> None:
        with self.capture() as printed:
            super().print(*objects, **how)
        self.file.write(re.sub(" +$", "", printed.get(), flags=re.MULTILINE))
        self.file.flush()


def console() -> Console:
    """Return where a command prints: paths are never read as markup."""
    plain = Console(markup=False, highlight=False)
    return plain if plain.is_terminal else _Plain(markup=False, highlight=False, width=160)


def say(note: str) -> None:
    """Print what a person should know of a file that they gave or get, as one line on standard error."""
    print("note: " + " ".join(note.split()), file=sys.stderr)


def need_torch() -> None:
    """Raise ImportError, naming the fix, where PyTorch isn't installed."""
    if find_spec("torch") is None:
        raise ImportError("PyTorch is needed to compare with it or to read its files; fix: pip install -r requirements-test.txt")


def as_typed(message: str, words: list[str]) -> str:
    """Return a message that begins with an argument's name, as the package's do, with the name of the option in `words` instead.

    "work_scale must be 1" becomes "--work-scale must be 1" where that was typed.
    """
    name, *_ = message.split(maxsplit=1)
    option = "--" + name.replace("_", "-")
    typed = any(word.split("=")[0] == option for word in words)
    return option + message.removeprefix(name) if typed else message


def _message(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}"
    return str(error) or type(error).__name__


def _told(message: str, code: int) -> int:
    print("error: " + " ".join(message.split()), file=sys.stderr)
    return code


def _never_fail(stream: TextIO | None) -> None:
    """Have a stream print what its encoding lacks as an escape, and the name of a file as the bytes that it has on disk."""
    codecs.register_error("paddle_dip.printable", _printable)
    if isinstance(stream, io.TextIOWrapper):  # not where a test or a notebook has put its own in its place
        stream.reconfigure(errors="paddle_dip.printable")


def _printable(error: UnicodeError) -> tuple[str | bytes, int]:
    try:  # Python reads bytes that its locale has no letters for as such
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeEncodeError:
        return codecs.lookup_error("backslashreplace")(error)


def _drop_unread() -> bool:
    """Return whether standard output or error is a pipe that nobody reads any more; what was left to write is dropped."""
    closed = [stream for stream in (sys.__stdout__, sys.__stderr__) if stream is not None and _is_unread(stream)]
    for stream in closed:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return bool(closed)


def _is_unread(stream: TextIO) -> bool:
    import select  # here: Windows, where a closed pipe is another error, has no poll

    poll = select.poll()
    poll.register(stream.fileno(), 0)  # nothing is asked for: it answers where the other end is gone
    return bool(poll.poll(0))
