"""One image of the benchmark: the truth stays out of its result, and a checkpoint that is wrong inside is refused."""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from paddle_dip.evaluation.benchmark import image_run as image_run_module
from paddle_dip.evaluation.benchmark.folder import open_folder
from paddle_dip.evaluation.benchmark.image_run import ImageRun, restore_case
from paddle_dip.evaluation.benchmark.magnification import Magnification, MagnifiedCase
from paddle_dip.evaluation.benchmark.run import run
from paddle_dip.problem.dataset import Source, load_case
from paddle_dip.report.results import read_rows
from paddle_dip.runs import work_unit_state as unit_state
from paddle_dip.runs.checkpoint import before, load_checkpoint, save_checkpoint
from paddle_dip.runs.restore import finish, shown_image
from paddle_dip.solver.fit import fit
from tests.evaluation.benchmark.small import PRESET, settings

PROTOCOL = Magnification(Source(None, ""), 4)


def test_the_truth_does_not_touch_the_result(images, tmp_path):
    """A case whose truth is wrong gives the same image: only its score differs."""
    case = load_case(Source(images, ""), "small", 4)
    outcomes = []
    for number, truth in enumerate((case.truth, np.zeros_like(case.truth))):
        with open_folder(tmp_path / str(number), {}, {}, (), resume=False) as folder:
            image_run = ImageRun(MagnifiedCase(replace(case, truth=truth), 4), PROTOCOL, PRESET, 0, folder, 3, 100)
            outcomes.append(restore_case(image_run, image_run.problem(), fit=fit, interrupted=lambda: False))
    np.testing.assert_array_equal(outcomes[0][1], outcomes[1][1])
    assert outcomes[0][0].psnr_y != outcomes[1][0].psnr_y


def _counted(made: list, original, *canvas, **state):
    made.append(canvas)
    return original(*canvas, **state)


def test_seconds_count_every_refinement_and_the_last(images, tmp_path, monkeypatch):
    made = []  # a refinement is all that takes time: one second each
    for name, original in (("finish", finish), ("shown_image", shown_image)):
        monkeypatch.setattr(image_run_module, name, partial(_counted, made, original))
    for module in (image_run_module, unit_state):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: float(len(made))))
    case = load_case(Source(images, ""), "small", 4)
    with open_folder(tmp_path / "out", {}, {}, (), resume=False) as folder:
        image_run = ImageRun(MagnifiedCase(case, 4), PROTOCOL, PRESET, 0, folder, 3, 100)
        row, *_ = restore_case(image_run, image_run.problem(), fit=fit, interrupted=lambda: False)
    assert row.seconds == len(made) > 1


def test_the_last_reading_is_of_the_result_and_those_before_are_of_moments(images, tmp_path, monkeypatch):
    over = []
    monkeypatch.setattr(
        image_run_module, "shown_image", lambda *how, **state: over.append(state["over"]) or shown_image(*how, **state)
    )
    case = load_case(Source(images, ""), "small", 4)
    with open_folder(tmp_path / "out", {}, {}, (), resume=False) as folder:
        image_run = ImageRun(MagnifiedCase(case, 4), PROTOCOL, PRESET, 0, folder, 3, 100)
        row, _, history = restore_case(image_run, image_run.problem(), fit=fit, interrupted=lambda: False)
    assert over == [False] * 5 + [True]
    assert history[-1].psnr_y == row.psnr_y


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("step", "damaged"),
        ("average", "doesn't fit"),
        ("nan", "damaged"),
        ("notes", "another version"),
        ("note", "another version"),
        ("stopper", "another version"),
    ],
)
def test_a_checkpoint_that_is_wrong_inside_is_refused(images, tmp_path, damage, words):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(settings(images, out, checkpoint_seconds=0), fit=interrupted_fit)
    state, notes = load_checkpoint(out / "checkpoints" / "odd_0.npz")
    if damage == "step":
        state["step"] = np.array(PRESET.steps)
    elif damage == "average":
        del state["average"]
    elif damage == "nan":
        state["average"][:] = np.nan
    elif damage == "stopper":
        del state["stopper/least"]
    elif damage == "note":
        notes["mood"] = "good"
    else:
        del notes["history"]
    save_checkpoint(out / "checkpoints" / "odd_0.npz", state, notes)
    before(out / "checkpoints" / "odd_0.npz").unlink()
    with pytest.raises(ValueError, match=words):
        run(settings(images, out, resume=True), fit=fit)


def interrupted_fit(*args, **options):
    for snapshot in fit(*args, **options):
        if snapshot.step == 4:
            raise KeyboardInterrupt
        yield snapshot


def test_a_loss_that_is_no_number_ends_the_run(images, tmp_path):
    preset = replace(PRESET, learning_rate=1e38)
    with pytest.raises(ArithmeticError, match="loss is nan"):
        run(settings(images, tmp_path / "out", preset=preset), fit=fit)
    assert read_rows(tmp_path / "out" / "results.csv") == []
