"""The output folder of a benchmark: what lies where, and whether a run may go on in it."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from paddle_dip.errors import InputError
from paddle_dip.io.files import differences, held, read_json, remove_leftovers, writable_folder, write_json
from paddle_dip.io.images import read_rgb
from paddle_dip.problem.presets import completed
from paddle_dip.report.results import HistoryPoint, read_history


@dataclass(frozen=True)
class Folder:
    """Paths under `root`."""

    root: Path

    @property
    def results(self) -> Path:
        return self.root / "results.csv"

    @property
    def summary(self) -> Path:
        return self.root / "summary.json"

    @property
    def page(self) -> Path:
        return self.root / "index.html"

    @property
    def settings(self) -> Path:
        return self.root / "settings.json"

    def picture(self, name: str) -> Path:
        return self.root / f"{name}.png"

    def history(self, name: str) -> Path:
        return self.root / "history" / f"{name}.csv"

    def grid(self, name: str, step: int, seed: int | None = None) -> Path:
        return self.root / "grids" / (f"{name}_{step:05d}.png" if seed is None else f"{name}_{seed}_{step:05d}.png")

    def checkpoint(self, name: str, seed: int) -> Path:
        return self.root / "checkpoints" / f"{name}_{seed}.npz"

    def member(self, name: str, seed: int) -> Path:
        return self.root / "members" / f"{name}_{seed}.npz"

    def has_result(self, name: str, point: type = HistoryPoint) -> bool:
        """Return whether all that one finished image leaves, but its row, is there and can be read; point: of its history."""
        try:
            read_rgb(self.picture(name))
            return bool(read_history(self.history(name), point))
        except (ValueError, OSError):
            return False


@contextmanager
def open_folder(
    root: Path,
    settings: dict,
    images: dict[str, str],
    available: Collection[str],
    *,
    resume: bool,
    meanwhile: Callable[[Folder], None] | None = None,
) -> Iterator[Folder]:
    """Give the folder, made if need be, with `settings` and the images' checksums noted in it; no other run gets it meanwhile.

    available: the names of all images there are where this run's come from. meanwhile: see `paddle_dip.io.files.held`; called with
    the folder while a run of the same settings holds it. Raises InputError where the folder can't be written,
    holds a run and `resume` isn't given, holds a run with other settings or on other images, or is in use.
    """
    folder = Folder(writable_folder(root))

    def help_the_other() -> None:
        if meanwhile and folder.settings.exists():  # else it has just begun
            _joined(folder, settings, images, available)
            meanwhile(folder)

    with held(root, help_the_other if meanwhile else None):
        if meanwhile is None:  # what runs that help are writing is left alone
            remove_leftovers(root)
        _prepare(folder, settings, images, available, resume=resume)
        yield folder


def _prepare(folder: Folder, settings: dict, images: dict[str, str], available: Collection[str], *, resume: bool) -> None:
    if folder.settings.exists():
        if not resume:
            raise InputError(f"--out {folder.root} already holds a run: continue it with --resume, or choose another folder")
        images = _joined(folder, settings, images, available)
    elif folder.results.exists() or any(folder.root.glob("checkpoints/*.npz")) or any(folder.root.glob("members/*.npz")):
        raise InputError(f"--out {folder.root} holds results without their settings.json: choose another folder")
    for part in (folder.history("x"), folder.grid("x", 0), folder.checkpoint("x", 0), folder.member("x", 0)):
        part.parent.mkdir(exist_ok=True)
    write_json(folder.settings, {"settings": settings, "images": images})


def _joined(folder: Folder, settings: dict, images: dict[str, str], available: Collection[str]) -> dict[str, str]:
    """Return the images of the earlier run and of this one; raises InputError where the two runs don't go together."""
    try:
        earlier = read_json(folder.settings)
        known, made_with = dict(earlier["images"]), dict(earlier["settings"])
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{folder.settings} can't be read, choose another --out") from None
    if different := differences(completed(made_with), completed(settings)):
        changes = ", ".join(different.values())
        raise InputError(f"--out {folder.root} holds a run with other settings ({changes}): choose another folder")
    strangers = sorted(known.keys() - set(available))
    if strangers:
        raise InputError(f"--out {folder.root} holds a run on other images ({', '.join(strangers)}): choose another folder")
    changed = [name for name in images if name in known and known[name] != images[name]]
    if changed:
        raise InputError(f"--out {folder.root} holds a run on other pixels of {', '.join(changed)}: choose another folder")
    return known | images
