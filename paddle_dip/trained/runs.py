"""A training's folder: settings, split, checkpoints, a row of figures and a sheet of pictures an epoch, and the summary."""

import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

from paddle_dip.errors import FitError, InputError
from paddle_dip.io.files import differences, held, remove_leftovers, whole_file, writable_folder, write_csv, write_json
from paddle_dip.runs.interrupt import deferred_interrupt
from paddle_dip.runs.progress import track
from paddle_dip.runs.provenance import computed_with, provenance
from paddle_dip.trained import checkpoints
from paddle_dip.trained.devices import autocast, world
from paddle_dip.trained.engine import Position, Training, Update, batch_order, train


@dataclass(frozen=True)
class Assessment:
    """What the networks can do now: figures by name, and pictures as PNG files by name."""

    figures: dict[str, float]
    pictures: dict[str, bytes]


@dataclass(frozen=True)
class Plan:
    """How long to train and what to keep. minutes: stop at the last epoch's end before it, None: don't; keep: checkpoints."""

    keep: int = 3
    workers: int = 0
    minutes: float | None = None


@dataclass
class TrainingLog:
    """What a run knows of itself beside its networks and position; it travels in the checkpoints."""

    rows: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0  # of work on the epoch under way
    computed_with: dict = field(default_factory=computed_with)


@contextmanager
def open_run(out: Path, settings: dict, *, resume: bool) -> Iterator[Path]:
    """Give the folder of a run, made if need be, with `settings` noted in it; no other run gets it meanwhile.

    Raises InputError where it can't be written, holds a run and `resume` isn't given, holds one with other settings, or is in use.
    """
    autocast(settings.get("precision", "float32"))  # refused before anything is written
    out = writable_folder(out)
    rank, processes = world()
    chief = rank == 0  # of several processes only the first writes
    settings = settings | {"processes": processes}  # they share the samples: with another number the steps are others
    with held(out) if chief else nullcontext():
        noted, begun = out / "settings.json", any(out.glob("checkpoints/*.npz"))
        if noted.exists() and chief:
            if not resume:
                raise InputError(f"--out {out} already holds a run: continue it with --resume, or choose another folder")
            _check_same(noted, settings)
        elif chief and begun:
            raise InputError(f"--out {out} holds checkpoints without their settings.json: choose another folder")
        if chief:
            for part in ("checkpoints", "pictures"):
                (out / part).mkdir(exist_ok=True)
            remove_leftovers(out)
            write_json(noted, settings)
        try:
            yield out
        except Exception:
            if chief and not begun and not any(out.glob("checkpoints/*.npz")):
                for name in ("settings.json", "split.json"):  # of a run that couldn't begin: they would refuse the corrected one
                    (out / name).unlink(missing_ok=True)
            raise


def run(
    folder: Path,
    training: Training,
    settings: dict,
    *,
    assess: Callable[[], Assessment],
    plan: Plan = Plan(),
    watch: Callable[[dict[str, float]], None] = lambda row: None,
) -> list[dict[str, float]]:
    """Train `training` in the folder of an open run, from its newest checkpoint on; return a row of figures an epoch.

    assess: called after each epoch; watch: with each epoch's row. Raises KeyboardInterrupt, a checkpoint written, after Ctrl-C or
    SIGTERM; ArithmeticError where a loss is no number.
    """
    rank, processes = world()
    chief = rank == 0
    if plan.minutes is not None and processes > 1:
        raise InputError("--minutes is for one process: several would stop at different epochs and wait for each other")
    position, record = _resume(folder, training)
    batches = len(batch_order(training, 0))
    start = position.epoch * batches + position.batch
    deadline = None if plan.minutes is None else time.monotonic() + 60 * plan.minutes
    begun = time.monotonic() - record.seconds
    with deferred_interrupt() as interrupted, track(folder.name, training.preset.epochs * batches, start=start) as show:
        for update in train(training, position=position, workers=plan.workers):
            if chief:
                show(update)
            record.seconds = time.monotonic() - begun
            if update.epoch_ended:
                _end_epoch(folder, update, record, assess, watch if chief else None)
            if chief and (update.epoch_ended or interrupted()):
                notes = {"position": asdict(update.position()), "settings": settings, **asdict(record)}
                checkpoints.save(folder / "checkpoints", training, update.step, notes, keep=plan.keep)
            if interrupted():
                raise KeyboardInterrupt
            if update.epoch_ended:
                spent, begun = time.monotonic() - begun, time.monotonic()
                if deadline is not None and begun + spent > deadline:
                    break
    return record.rows


def write_summary(folder: Path, settings: dict, rows: list[dict[str, float]], facts: dict) -> None:
    """Write summary.json: the settings, the last epoch's row, `facts`, and with what it was made."""
    if world()[0] == 0:
        write_json(folder / "summary.json", {"settings": settings, "last": rows[-1], **facts, **provenance()})


def _resume(folder: Path, training: Training) -> tuple[Position, TrainingLog]:
    path = checkpoints.newest(folder / "checkpoints")
    if path is None:
        return Position(), TrainingLog()
    notes = checkpoints.load_state(path, training)
    try:
        position = Position(**notes["position"])
        record = TrainingLog(notes["rows"], notes["seconds"], notes["computed_with"])
    except (KeyError, TypeError):
        raise InputError(f"checkpoint {path} is no training's: delete it") from None
    if record.computed_with != computed_with():
        words = f"{folder}: begun with {record.computed_with}, goes on with {computed_with()}: the last bits will differ"
        print(words, file=sys.stderr)
    return position, record


def _end_epoch(folder: Path, update: Update, record: TrainingLog, assess: Callable[[], Assessment], watch: Callable | None) -> None:
    means = update.means()
    if not all(math.isfinite(value) for value in means.values()):
        raise FitError(f"the training diverged: losses of epoch {update.epoch + 1} are {means}")
    row = {"epoch": update.epoch + 1, **means}
    if watch is not None:
        found = assess()
        for name, picture in found.pictures.items():
            with whole_file(folder / "pictures" / f"epoch_{update.epoch + 1:04d}_{name}.png") as file:
                file.write(picture)
        row |= found.figures
    record.rows.append(row | {"seconds": record.seconds})
    record.seconds = 0.0
    if watch is not None:
        write_csv(folder / "epochs.csv", tuple(dict.fromkeys(name for row in record.rows for name in row)), record.rows)
        watch(record.rows[-1])


def _check_same(noted: Path, settings: dict) -> None:
    try:
        earlier = dict(json.loads(noted.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise InputError(f"{noted} can't be read, choose another --out") from None
    # A run may be made longer, but where the epochs to come decide the learning rate of those gone by.
    free = set() if settings.get("cooldown") else {"epochs"}
    different = differences(earlier, settings, free)
    if "task" in different:
        raise InputError(f"--out {noted.parent} holds a run of train {earlier.get('task')}: choose another folder")
    if different:
        changes = ", ".join(different.values())
        raise InputError(f"--out {noted.parent} holds a run with other settings ({changes}): choose another folder")
