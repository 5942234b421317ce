"""Photos from files: what a run that was cut off has left is gone on with, to the same bits; other work isn't mistaken for it."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from paddle_dip.cli.photos import read_job, same_for_all
from paddle_dip.io.images import Photo, read_photo, write_photo
from paddle_dip.problem.budget import peak_bytes
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.runs import photo_files, work_folder
from paddle_dip.runs.parts import fit_name
from paddle_dip.runs.photo_files import FilePart, PhotoOrder, restored
from paddle_dip.runs.photos import plan
from paddle_dip.runs.work_folder import work_place
from paddle_dip.solver.fit import fit
from tests.runs.painting import cut, paint

SMALL = SkipConfig(down=(4,) * 2, up=(4,) * 2, skip=(2,) * 2, input_depth=3)
PRESET = replace(super_resolution_preset("fast", 2), steps=4, members=2, network=SMALL)


@pytest.fixture
def photos(tmp_path, picture) -> Path:
    """A folder of two photos, a and b."""
    (tmp_path / "photos").mkdir()
    for name, pixels in (("a", np.tile(picture, (1, 1, 3))), ("b", picture[:, ::-1])):
        write_photo(tmp_path / "photos" / f"{name}.png", Photo(pixels))
    return tmp_path / "photos"


def order_of(path: Path, out: Path, preset=PRESET, seed=0) -> PhotoOrder:
    """Return the order to enlarge a photo x2, in tiles where it is wider than 40 pixels."""
    read = partial(read_job, path, preset=preset, inputs=partial(same_for_all, factor=2), seed=seed, dtype="float32")
    job = read()
    return PhotoOrder.of(path, out, read, plan(job, peak_bytes(job.photo, 2, preset, (37, 40))))


def orders_of(photos: Path, out: Path, **changes) -> list[PhotoOrder]:
    return [order_of(path, out / path.name, **changes) for path in sorted(photos.iterdir())]


def run(orders, out, *, fit=paint, resume=False, passed_over=lambda order: None) -> list[str]:
    """Restore and write; return the names of what was made now."""
    made = []
    out.mkdir(exist_ok=True)
    how = {"fit": fit, "resume": resume, "interrupted": lambda: 0, "checkpoint_seconds": 0, "passed_over": passed_over}
    for order, _, photo in restored(orders, out, **how):
        write_photo(order.out, photo)
        made.append(order.out.name)
    return made


def pictures(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.mark.parametrize("step", [pytest.param(2, marks=pytest.mark.slow), 13, pytest.param(32, marks=pytest.mark.slow)])
def test_what_was_cut_off_goes_on_to_the_same_bits(photos, tmp_path, step):
    whole, left = tmp_path / "whole", tmp_path / "left"
    assert [len(order.tiles) for order in orders_of(photos, whole)] == [3, 1]
    assert run(orders_of(photos, whole), whole, fit=fit) == ["a.png", "b.png"]
    with pytest.raises(KeyboardInterrupt):
        run(orders_of(photos, left), left, fit=cut(step, [], fit))
    begun: list[int] = []
    run(orders_of(photos, left), left, fit=cut(-1, begun, fit), resume=True)
    assert begun[0] == (step - 1) % 4 and not any(begun[1:])  # the checkpoint of the step before, and no fit twice
    assert len(begun) == 2 * (3 + 1) - (step - 1) // 4
    assert pictures(left) == pictures(whole)
    assert not work_place(left).exists() and not work_place(whole).exists()


def test_what_is_left_of_a_work_is_made_with_as_many_threads_as_all_of_it(photos, tmp_path, monkeypatch):
    """Bits depend on the threads, which are fewer where more is made side by side."""
    told, out = [], tmp_path / "out"
    monkeypatch.setattr(photo_files, "settled", lambda workers, units: told.append(units) or workers)
    cut_off(photos, out, step=14)
    run(orders_of(photos, out), out, resume=True)
    assert told == [2 * (3 + 1)] * 2


def test_a_run_that_helps_counts_the_fits_of_finished_photos_too(photos, tmp_path):
    told, out = [], tmp_path / "out"
    cut_off(photos, out, step=2 * 3 * 4 + 1)
    orders = orders_of(photos, out)
    assert [work_folder.is_over(work_place(out) / order.out.name) for order in orders] == [True, False]
    photo_files._help(orders, work_place(out), lambda unfinished, fits: told.append((unfinished, fits)) or [], lambda: 0)
    assert told == [(orders[1:], 2 * (3 + 1))]


def test_a_photo_that_another_run_finishes_meanwhile_is_not_begun_again(photos, tmp_path, monkeypatch):
    order = order_of(photos / "a.png", tmp_path / "a.png")
    folder = tmp_path / "work" / "a.png"
    folder.parent.mkdir()
    work_folder.prepare(folder, order.made_of, resume=False)
    part = FilePart(order, 0, 0, folder, 0)
    for name in (fit_name(0, seed) for seed in order.seeds):
        work_folder.kept_in(folder)[name] = np.zeros((3, 2, 2), np.float32)
    assert not part.is_made()  # what becomes of the tile is left to make
    kept_in = work_folder.kept_in
    monkeypatch.setattr(work_folder, "kept_in", lambda folder: work_folder.finish(folder) or kept_in(folder))
    assert part.is_made()
    monkeypatch.setattr(work_folder, "kept_in", lambda folder: kept_in(folder) if shutil.rmtree(folder.parent) is None else None)
    assert part.is_made()  # it was the last one: all is removed


def cut_off(photos, out, step=6) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(orders_of(photos, out), out, fit=cut(step, []))


def test_work_that_is_there_is_not_lost_by_accident(photos, tmp_path):
    cut_off(photos, tmp_path / "out")
    with pytest.raises(ValueError, match="out.work holds a restoration that has been begun: go on with it with --resume"):
        run(orders_of(photos, tmp_path / "out"), tmp_path / "out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 1}, "other settings .seed 0 there, 1 here"),
        ({"preset": replace(PRESET, steps=5)}, "other settings .steps 4 there, 5 here"),
        ({"preset": replace(PRESET, members=1)}, "members 2 there, 1 here"),
    ],
)
def test_work_of_other_settings_is_refused(photos, tmp_path, changes, words):
    cut_off(photos, tmp_path / "out")
    with pytest.raises(ValueError, match=words):
        run(orders_of(photos, tmp_path / "out", **changes), tmp_path / "out", resume=True)


def test_work_on_another_photo_is_refused(photos, tmp_path):
    cut_off(photos, tmp_path / "out")
    pixels = read_photo(photos / "a.png").pixels
    write_photo(photos / "a.png", Photo(pixels[:, ::-1]))
    with pytest.raises(ValueError, match="a.png holds a restoration of another photo"):
        run(orders_of(photos, tmp_path / "out"), tmp_path / "out", resume=True)


def test_other_tiles_are_other_settings(photos, tmp_path):
    cut_off(photos, tmp_path / "out")
    order = orders_of(photos, tmp_path / "out")[0]
    one = PhotoOrder.of(order.path, order.out, order.read, plan(order.read(), None))
    with pytest.raises(ValueError, match="tiles .* of .* there, 1 of 93x37 here"):
        run([one], tmp_path / "out", resume=True)


def test_a_damaged_piece_is_made_again(photos, tmp_path):
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    cut_off(photos, tmp_path / "out", step=20)
    kept = sorted(work_place(tmp_path / "out").rglob("tile_0*.npz"))
    assert len(kept) == 3  # two fits, and what became of the tile
    kept[0].write_bytes(kept[0].read_bytes()[:-100])
    run(orders_of(photos, tmp_path / "out"), tmp_path / "out", resume=True)
    assert pictures(tmp_path / "out") == pictures(tmp_path / "whole")


def test_a_result_that_is_there_is_not_made_again_with_resume(photos, tmp_path):
    out, told = tmp_path / "out", []
    run(orders_of(photos, out), out)
    (out / "b.png").unlink()
    assert run(orders_of(photos, out), out, resume=True, passed_over=told.append) == ["b.png"]
    assert [order.out.name for order in told] == ["a.png"]
    assert run(orders_of(photos, out), out) == ["a.png", "b.png"]  # without it, all are


def test_a_photo_that_a_cut_off_run_has_finished_is_not_made_again(photos, tmp_path):
    out, told = tmp_path / "out", []
    cut_off(photos, out, step=2 * 3 * 4 + 1)
    assert [path.name for path in out.iterdir()] == ["a.png"]
    assert run(orders_of(photos, out), out, resume=True, passed_over=told.append) == ["b.png"]
    assert [order.out.name for order in told] == ["a.png"]


def test_a_result_that_a_killed_run_has_half_written_leaves_nothing(photos, tmp_path):
    """As where a process is killed while it writes: no other file of the folder is touched."""
    out = tmp_path / "out"
    cut_off(photos, out, step=20)
    half, others = ".a.png.k2x_9qvz.part", [".a.png.tif.k2x_9qvz.part", ".c.png.k2x_9qvz.part"]
    for name in (half, *others):
        (out / name).write_bytes(b"half")
    run(orders_of(photos, out), out, resume=True)
    assert sorted(pictures(out)) == [*others, "a.png", "b.png"]


def test_two_runs_do_not_share_a_work_folder(photos, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    first = restored(orders_of(photos, out), out, fit=paint, resume=False, interrupted=lambda: 0)
    next(first)
    with pytest.raises(ValueError, match="another run"):
        run(orders_of(photos, out), out, resume=True)
    first.close()


def test_a_tile_whose_fits_are_kept_but_not_finished_is_finished(photos, tmp_path):
    """As where a process is killed in between: the fit isn't made again, and the tile isn't taken for made."""
    out, begun = tmp_path / "out", []
    cut_off(photos, out, step=9)
    folder = work_place(out) / "a.png"
    assert sorted(path.name for path in folder.glob("tile_0*.npz")) == ["tile_0.npz", "tile_0_seed_0.npz", "tile_0_seed_1.npz"]
    parts = [FilePart(orders_of(photos, out)[0], 0, seed, folder, 0) for seed in (0, 1)]
    assert all(part.is_made() for part in parts)
    (folder / "tile_0.npz").unlink()
    assert not any(part.is_made() for part in parts)
    run(orders_of(photos, out), out, fit=cut(-1, begun), resume=True)
    run(orders_of(photos, tmp_path / "whole"), tmp_path / "whole")
    assert pictures(out) == pictures(tmp_path / "whole") and len(begun) == 6
