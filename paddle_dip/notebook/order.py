"""A photo to restore: the task, its files and its options, carried out by the command of that name."""

from dataclasses import dataclass, field
from pathlib import Path

from paddle_dip.cli.command import INTERRUPTED, one_of
from paddle_dip.errors import InputError

TASKS = ("super-resolve", "denoise", "dejpeg", "inpaint", "restore-pixels")


@dataclass(frozen=True)
class Order:
    """A task of TASKS, the files its command takes, and its options by name; None stands for the command's own choice."""

    task: str
    files: tuple[Path, ...]
    options: dict = field(default_factory=dict)


def own_photo(task: str, photo: Path, mask: Path | None = None, **options) -> Order:
    """Return the order for a person's own photo; mask: white where it is to be filled.

    Raises InputError for an unknown task, and where inpainting has no mask. Without one, restore-pixels takes half the pixels away.
    """
    one_of("task", task, TASKS)
    if task == "inpaint" and mask is None:
        raise InputError("task inpaint needs a mask: a picture of the photo's size, white where it is to be filled")
    if task == "restore-pixels":
        options |= {"drop": 0.5} if mask is None else {"mask": mask}
    files = (Path(photo), Path(mask)) if task == "inpaint" else (Path(photo),)
    return Order(task, files, options)


def carry_out(order: Order, **options) -> None:
    """Restore the photo as the command line does, and print what it says; raises InputError for what can't be done."""
    from paddle_dip.cli.app import app  # here: it loads everything

    words = [order.task, *map(str, order.files)]
    for name, value in (order.options | options).items():
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    if app(words, standalone_mode=False) == INTERRUPTED:  # newer Typers turn an interrupted kernel into this code
        raise KeyboardInterrupt
