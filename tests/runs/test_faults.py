"""Faults while photos are restored: a full disk, a folder that can't be written, a damaged checkpoint, a clock that jumps, NaN.

After each the result is complete and has the bits of the undisturbed run.
"""

import errno
import os
import time
from dataclasses import dataclass, replace
from itertools import cycle

import numpy as np
import pytest

from paddle_dip.io import files
from paddle_dip.io.images import read_photo
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising
from paddle_dip.runs.checkpoint import before, load_checkpoint, save_checkpoint
from paddle_dip.runs.work_folder import work_place
from paddle_dip.runs.work_unit import Unit, run_unit
from tests.runs.painting import cut, paint
from tests.runs.test_photo_files import PRESET as PHOTO_PRESET
from tests.runs.test_photo_files import orders_of, photos, pictures, run  # noqa: F401  photos: a fixture
from tests.runs.test_work_unit import fit as quick_fit
from tests.runs.test_work_unit import left_at

PRESET = replace(task_preset("denoise", "fast"), steps=240, stop="wmv", patience=500)


UNIT = Unit("x", denoising(np.full((3, 8, 8), 0.5, np.float32), PRESET), PRESET)


def failing(monkeypatch, number: int, wanted) -> list[str]:
    """Have writing a file whose name `wanted` accepts fail with an error of the system; return the names that it was tried with."""
    tried, make = [], files.tempfile.mkstemp

    def mkstemp(prefix, **where):
        if wanted(prefix):
            tried.append(prefix)
            raise OSError(number, os.strerror(number))
        return make(prefix=prefix, **where)

    monkeypatch.setattr(files.tempfile, "mkstemp", mkstemp)
    return tried


FULL, READ_ONLY = errno.ENOSPC, errno.EROFS


@pytest.mark.parametrize("number", [FULL, READ_ONLY])
def test_without_room_for_checkpoints_the_fits_go_on(photos, tmp_path, monkeypatch, capsys, number):  # noqa: F811
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    tried = failing(monkeypatch, number, lambda name: "checkpoint" in name)
    run(orders_of(photos, tmp_path / "out"), tmp_path / "out")
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole") and len(tried) > 8
    said = [line for line in capsys.readouterr().err.splitlines() if "no checkpoint could be written" in line]
    assert len(said) == 8 and os.strerror(number) in said[0]  # once a fit


@pytest.mark.parametrize("number", [FULL, READ_ONLY])
@pytest.mark.parametrize("lost", ["tile_1", "b.png"])
def test_where_a_result_finds_no_room_what_is_made_is_not_lost(photos, tmp_path, monkeypatch, number, lost):  # noqa: F811
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    out, begun = tmp_path / "out", []
    with monkeypatch.context() as full, pytest.raises(OSError, match=os.strerror(number)):
        failing(full, number, lambda name: name.startswith(f".{lost}") and "checkpoint" not in name)
        run(orders_of(photos, out), out)
    assert not list(out.parent.rglob("*.part"))
    run(orders_of(photos, out), out, fit=cut(-1, begun), resume=True)
    assert pictures(out) == pictures(tmp_path / "whole") and len(begun) < 8  # not every fit again


def halves(path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def other_bits(path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)


def made_up(path) -> None:
    save_checkpoint(path, {"step": np.array(3)}, {"seconds": "long"})


def nan(path) -> None:
    state, notes = load_checkpoint(path)
    save_checkpoint(path, state | {"output": np.full_like(state["output"], np.nan)}, notes)


DAMAGES = [halves, other_bits, made_up, nan, lambda path: path.write_bytes(b"")]


@pytest.mark.parametrize("damage", DAMAGES)
def test_of_a_damaged_checkpoint_the_one_before_is_taken(tmp_path, capsys, damage):
    whole = run_unit(UNIT, fit=quick_fit)
    unit = replace(UNIT, checkpoint=tmp_path / "x.npz", checkpoint_seconds=0)
    left_at(unit, 130)
    damage(unit.checkpoint)
    resumed = run_unit(unit, fit=quick_fit)
    assert resumed.resumed_at_step == 129 and "it goes on from the one before" in capsys.readouterr().err
    np.testing.assert_array_equal(resumed.canvas, whole.canvas)


def test_cut_off_between_two_checkpoints_the_one_before_is_taken(tmp_path):
    unit = replace(UNIT, checkpoint=tmp_path / "x.npz", checkpoint_seconds=0)
    left_at(unit, 130)
    unit.checkpoint.unlink()  # as if killed after the last one was put aside
    assert run_unit(unit, fit=quick_fit).resumed_at_step == 129


def test_with_both_damaged_it_is_refused_in_one_line(tmp_path):
    unit = replace(UNIT, checkpoint=tmp_path / "x.npz", checkpoint_seconds=0)
    left_at(unit, 130)
    halves(unit.checkpoint)
    halves(before(unit.checkpoint))
    with pytest.raises(ValueError, match="x.npz.before can't be read, it is damaged: delete it"):
        run_unit(unit, fit=quick_fit)


def test_a_clock_that_jumps_changes_nothing(photos, tmp_path, monkeypatch):  # noqa: F811
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    jumps, now = cycle([0, 86400, -86400 * 365, 86400 * 3650]), time.time
    monkeypatch.setattr(time, "time", lambda: now() + next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int(1e9 * time.time()))
    with pytest.raises(KeyboardInterrupt):
        run(orders_of(photos, tmp_path / "out"), tmp_path / "out", fit=cut(13, []))
    run(orders_of(photos, tmp_path / "out"), tmp_path / "out", resume=True)
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")


@dataclass
class Spoilt:
    """A snapshot of a fit whose numbers are none any more."""

    inner: object

    @property
    def step(self) -> int:
        return self.inner.step

    def loss(self) -> float:
        return float("nan")

    def canvas(self, kind: str) -> np.ndarray:
        return np.full_like(self.inner.canvas(kind), np.nan)

    def state(self) -> dict:
        return {name: value * np.nan if value.dtype.kind == "f" else value for name, value in self.inner.state().items()}


def spoiling(problem, preset, **how):
    """A fit that gives NaN from step 3 on as long as its learning rate is the preset's own."""
    for snapshot in paint(problem, preset, **how):
        yield Spoilt(snapshot) if snapshot.step >= 3 and preset.learning_rate == PHOTO_PRESET.learning_rate else snapshot


@pytest.mark.parametrize("step", [None, 3, 6, 11, 30])
def test_nan_in_mid_fit_is_told_in_one_line_and_the_photo_is_made(photos, tmp_path, capsys, step):  # noqa: F811
    """It goes back to the last sound state with half the learning rate: so does the run that is cut off after any step."""
    out = tmp_path / "out"
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole", fit=spoiling)
    said = [line for line in capsys.readouterr().err.splitlines() if "the loss is nan; back to step 0" in line]
    assert len(said) == 8  # once a fit
    if step is not None:
        with pytest.raises(KeyboardInterrupt):
            run(orders_of(photos, out), out, fit=cut(step, [], spoiling))
    run(orders_of(photos, out), out, fit=spoiling, resume=True)
    assert not work_place(out).exists() and all(np.isfinite(read_photo(path).pixels).all() for path in out.iterdir())
    assert pictures(out) == pictures(tmp_path / "whole")
