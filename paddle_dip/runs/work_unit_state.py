"""All that a unit of work knows beside its fit: it goes back with the fit, and into the checkpoint."""

import sys
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.problem.stopping import build_stopper
from paddle_dip.runs.checkpoint import before, keep_checkpoint, load_checkpoint
from paddle_dip.runs.divergence import CHECK_EVERY, Guard
from paddle_dip.runs.provenance import computed_with

Arrays = dict[str, np.ndarray]
Memory = tuple[Arrays, dict]  # what the stopper and what the observers remember
_COUNTS = ("loss", "faults", "failed_at", "halvings")  # of the guard


@dataclass
class UnitLog:
    """What was done when, and with what. seconds: of work."""

    seconds: float = 0.0
    resumed_at_step: int = 0
    computed_with: dict = field(default_factory=dict)


class UnitState:
    """Follows one unit. A checkpoint holds the fit's arrays by their own names, the stopper's as "stopper/NAME".

    The last good state, where it is another one, is "guard/NAME" likewise; notes: the log's, the observers' and the guard's.
    """

    def __init__(self, unit, observers: Sequence[Callable]):
        self.guard, self.log = Guard(), UnitLog()
        self._unit, self._begun, self._saved, self._seen = unit, time.monotonic(), time.monotonic(), 0
        self._unsaved = False  # the last checkpoint that was due
        self._remembering: list[Any] = [observer for observer in observers if hasattr(observer, "load_state")]
        self.stopper = build_stopper(unit.problem, unit.preset)
        self._good: Memory = self._memory()  # as of the guard's good state

    def seconds(self) -> float:
        """Return the seconds of work so far, those before the unit was resumed too."""
        return time.monotonic() - self._begun

    def follow(self, snapshot) -> bool:
        """Take in the snapshot of each step in turn, again where the fit went back; return whether the unit should end here."""
        if snapshot.step <= self._seen:
            self._recall(self._good)
        self._seen = snapshot.step
        return self.stopper.done(snapshot) or snapshot.step == self._unit.preset.steps

    def keep(self, snapshot, *, stop: bool) -> None:
        """Write a checkpoint where one is due; raises KeyboardInterrupt, a checkpoint written, when the unit is to stop."""
        if snapshot.step % CHECK_EVERY == 0:
            self._good = self._memory()
        self.log.seconds, path = self.seconds(), self._unit.checkpoint
        step_seconds = self.log.seconds / snapshot.step
        if path and (stop or time.monotonic() - self._saved + step_seconds > self._unit.checkpoint_seconds):
            self._try_to_save(snapshot.state())
            self._saved = time.monotonic()
        if stop:
            raise KeyboardInterrupt

    def load(self) -> Arrays | None:
        """Return the fit's state in the checkpoint, or in the one before where that can't be read; None where there is none.

        Raises InputError where there is one, and none that is this unit's.
        """
        path = self._unit.checkpoint
        self.log.computed_with = computed_with() if path else {}
        found = [each for each in (path, before(path)) if each.exists()] if path else []
        if not found:
            return None
        beginning = self._good
        try:
            arrays = self._taken_up(found[0])
        except InputError as damage:
            if len(found) == 1:
                raise
            self._good = beginning
            arrays = self._taken_up(found[1])
            found[0].unlink(missing_ok=True)  # else the next state would take the place of the sound one
            print(f"{self._unit.title}: {_first_words(damage)}; it goes on from the one before", file=sys.stderr)
        if self.log.computed_with != computed_with():
            words = f"begun with {self.log.computed_with}, goes on with {computed_with()}: the last bits will differ"
            print(f"{self._unit.title}: {words}", file=sys.stderr)
        self._begun -= self.log.seconds
        return arrays

    def _taken_up(self, path: Path) -> Arrays:
        """Return the fit's state in a file, having taken in the rest of it; raises InputError where it isn't this unit's."""
        arrays, notes = load_checkpoint(path)
        try:
            self._unpack(arrays, notes)
            sound = _finite(arrays) and _finite(self.guard.good or {})
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ):  # archives have checksums: another version's, or made up
            raise InputError(f"checkpoint {path} was made with another version: delete it to start this image afresh") from None
        self._seen = self.log.resumed_at_step
        if not (0 < self._seen < self._unit.preset.steps and sound):
            raise InputError(f"checkpoint {path} can't be read, it is damaged: delete it to start this image afresh")
        return arrays

    def _try_to_save(self, state: Arrays) -> None:
        """Write a checkpoint; where the disk is full, for instance, say so once: the fit itself needs none."""
        try:
            self._save(state)
            self._unsaved = False
        except OSError as error:
            if not self._unsaved:
                words = f"no checkpoint could be written ({error.strerror or error}); the fit goes on, and tries again"
                print(f"{self._unit.title}: {words}", file=sys.stderr)
            self._unsaved = True

    def _save(self, state: Arrays) -> None:
        if not _finite(state):  # the fit goes back soon: the checkpoint before this one leads to the same bits
            return
        stopper, notes = self._memory()
        arrays, good = _joined(state, stopper), self.guard.good
        good_step = int(good["step"]) if good else 0
        if good and 0 < good_step < int(state["step"]):
            arrays |= {f"guard/{name}": value for name, value in _joined(good, self._good[0]).items()}
        guard = {name: getattr(self.guard, name) for name in _COUNTS} | {"step": good_step, "notes": self._good[1]}
        keep_checkpoint(self._unit.checkpoint, arrays, asdict(self.log) | notes | {"guard": guard})

    def _unpack(self, arrays: Arrays, notes: dict) -> None:
        """Take in a checkpoint, leaving the fit's own arrays; raises KeyError or TypeError for other names than `_save`'s."""
        good, guard = _taken(arrays, "guard/"), notes.pop("guard", None)
        self._recall((_taken(arrays, "stopper/"), {name: notes.pop(name) for name in self._memory()[1]}))
        self.log = UnitLog(**notes | {"resumed_at_step": int(arrays["step"])})
        if guard is None:  # of the time before units were guarded: sound
            guard = {"step": self.log.resumed_at_step, "notes": {}}
        good_step, good_notes = guard.pop("step"), guard.pop("notes")
        self.guard = Guard(**guard)
        if good_step == self.log.resumed_at_step:
            self.guard.good, self._good = dict(arrays), self._memory()
        elif good_step:
            self._good = (_taken(good, "stopper/"), good_notes)
            self.guard.good = good

    def _memory(self) -> Memory:
        notes = {name: value for observer in self._remembering for name, value in observer.state().items()}
        return deepcopy((self.stopper.state(), notes))  # what they return may be what they go on to change

    def _recall(self, memory: Memory) -> None:
        stopper, notes = deepcopy(memory)
        self.stopper = build_stopper(self._unit.problem, self._unit.preset)
        self.stopper.load_state(stopper)
        for observer in self._remembering:
            observer.load_state({name: notes[name] for name in observer.state()})


def _joined(state: Arrays, stopper: Arrays) -> Arrays:
    return state | {f"stopper/{name}": value for name, value in stopper.items()}


def _taken(arrays: Arrays, prefix: str) -> Arrays:
    """Take the arrays whose names begin with the prefix out of `arrays`; return them without it."""
    return {name.removeprefix(prefix): arrays.pop(name) for name in list(arrays) if name.startswith(prefix)}


def _finite(state: Arrays) -> bool:
    return all(np.isfinite(value).all() for value in state.values())


def _first_words(error: InputError) -> str:
    """Return an error without its advice to delete the file."""
    return str(error).split(":")[0]
