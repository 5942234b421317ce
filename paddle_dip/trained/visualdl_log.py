"""VisualDL's logs, where they are asked for: the one place that needs the package, which is optional."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scalar_log(folder: Path | None) -> Iterator[Callable[[dict[str, float]], None]]:
    """Give a function that logs an epoch's row of figures to `folder`; None: one that does nothing.

    Raises ImportError, naming the fix, where VisualDL isn't installed.
    """
    if folder is None:
        yield lambda row: None
        return
    try:
        from visualdl import LogWriter
    except ImportError:
        raise ImportError("VisualDL is needed for --visualdl; fix: pip install visualdl") from None
    with LogWriter(logdir=str(folder)) as writer:

        def log(row: dict[str, float]) -> None:
            for name, value in row.items():
                writer.add_scalar(tag=name, value=value, step=row["epoch"])

        yield log
