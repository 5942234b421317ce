"""A running fit is one picture in a cell, which changes in its place."""

from dataclasses import replace

import numpy as np

from paddle_dip.notebook import live
from paddle_dip.problem.baselines import bicubic
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.solver.fit import fit


class Cell:
    """Stands in for IPython's display: counts what is shown."""

    def __init__(self):
        self.shown, self.updated = [], []

    def display(self, picture, display_id):
        self.shown.append(picture)
        return self

    def update(self, picture):
        self.updated.append(picture)


def test_the_view_follows_the_fit_in_one_place(monkeypatch):
    cell = Cell()
    monkeypatch.setattr(live, "display", cell.display)
    low = np.random.default_rng(0).random((3, 8, 12), dtype=np.float32)
    preset = replace(super_resolution_preset("fast", 4), steps=45, non_local_means_reach=3)
    problem, before = super_resolution(low, 4, preset), bicubic(low, 4)
    view = live.LiveView(problem, preset, before, truth=before)
    for snapshot in fit(problem, preset, seed=0):
        view.watch(snapshot)
    assert [point.step for point in view.points] == [*range(2, 45, 2), 45]
    assert len(cell.shown) == 1 and len(cell.updated) == len(view.points) - 1
