"""An ensemble in the benchmark: its rows, its image, and that no fit is made twice; and a fit that stops by itself."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.evaluation.benchmark.run import run
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.report.results import read_rows
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.runs.restore import restore
from paddle_dip.solver.fit import fit
from tests.evaluation.benchmark.small import PRESET, settings

PAIR = replace(PRESET, members=2)


def counted(seeds: list[int], dies_at: int | None = None):
    def counting(problem, preset, *, seed, state=None, dtype="float32"):
        seeds.append(seed)
        if seed == dies_at:
            raise KeyboardInterrupt
        yield from fit(problem, preset, seed=seed, state=state, dtype=dtype)

    return counting


def test_rows_name_each_member_and_the_whole(images, tmp_path):
    outcome = run(settings(images, tmp_path / "out", images=("small",), preset=PAIR, seed=5), fit=fit)
    rows = read_rows(tmp_path / "out" / "results.csv")
    assert [row.seed for row in rows] == ["ensemble", "5", "6"] and outcome.rows == rows[:1]
    assert rows[0].steps == sum(row.steps for row in rows[1:]) and rows[0].seconds == sum(row.seconds for row in rows[1:])
    assert list((tmp_path / "out" / "members").iterdir()) == list((tmp_path / "out" / "checkpoints").iterdir()) == []


def test_a_finished_member_is_kept_when_the_run_is_cut_off(images, tmp_path):
    seeds: list[int] = []
    wanted = settings(images, tmp_path / "out", images=("small",), preset=PAIR)
    with pytest.raises(KeyboardInterrupt):
        run(wanted, fit=counted(seeds, dies_at=1))
    resumed = run(replace(wanted, resume=True), fit=counted(seeds)).rows
    assert seeds == [0, 1, 1]
    assert resumed[0].psnr_y == run(replace(wanted, out=tmp_path / "whole"), fit=fit).rows[0].psnr_y


def test_a_member_of_another_version_is_refused(images, tmp_path):
    wanted = settings(images, tmp_path / "out", images=("small",), preset=PAIR)
    with pytest.raises(KeyboardInterrupt):
        run(wanted, fit=counted([], dies_at=1))
    path = tmp_path / "out" / "members" / "small_0.npz"
    arrays, notes = load_checkpoint(path)
    save_checkpoint(path, arrays, {"row": notes["row"] | {"mood": "good"}, "history": notes["history"]})
    with pytest.raises(ValueError, match="small_0.npz was made with another version"):
        run(replace(wanted, resume=True), fit=fit)


def test_the_result_is_the_mean_of_the_members():
    low = np.random.default_rng(0).random((3, 8, 8)).astype(np.float32)
    preset = replace(PRESET, **NO_REFINEMENT)
    problem = super_resolution(low, 4, preset)
    both = restore(problem, replace(preset, members=2), fit=fit)
    each = [restore(problem, preset, fit=fit, seed=seed) for seed in (0, 1)]
    np.testing.assert_allclose(both, np.mean(each, axis=0), atol=1e-6)


def test_a_fit_that_stops_by_itself_says_at_which_step(images, tmp_path):
    impatient = replace(PRESET, steps=40, stop="emv", patience=1, average_decay=0.5)
    outcome = run(settings(images, tmp_path / "out", images=("small",), preset=impatient, grid_every=100), fit=fit)
    assert outcome.rows[0].steps < 40
    assert [path.name for path in (tmp_path / "out" / "grids").iterdir()] == [f"small_{outcome.rows[0].steps:05d}.png"]
