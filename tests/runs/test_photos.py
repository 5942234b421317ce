"""A photo restored whole or in tiles: the same where one tile is enough, without a seam elsewhere, refused before any work."""

import json
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.restoration import denoise_tv_chambolle

from paddle_dip.io.images import Photo, read_photo
from paddle_dip.io.jpeg import read_coefficients
from paddle_dip.problem.budget import PROCESS_BYTES, peak_bytes
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.resampling import pillow_resize
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising, inpainting, super_resolution
from paddle_dip.runs import photos
from paddle_dip.runs.parts import restore_photo
from paddle_dip.runs.photos import PhotoJob, fits_at_a_time, plan
from paddle_dip.runs.restore import restore
from paddle_dip.runs.task_job import task_job
from paddle_dip.runs.work_folder import identity

SMALL = SkipConfig(down=(4,) * 2, up=(4,) * 2, skip=(2,) * 2, input_depth=3)
PRESET = replace(super_resolution_preset("fast", 4), steps=3, network=SMALL, non_local_means_reach=3)


def part(image: np.ndarray, tile) -> np.ndarray:
    return image[:, tile[0], tile[1]]


def enlarging(photo: Photo, **changes) -> PhotoJob:
    preset = replace(PRESET, **changes)
    return PhotoJob("x", photo, lambda tile: super_resolution(part(photo.pixels, tile), 4, preset), preset, factor=4, seed=3)


@dataclass
class Snapshot:
    """What a fit that paints the observation's own Lanczos enlargement would yield."""

    step: int
    painted: np.ndarray

    def canvas(self, kind: str) -> np.ndarray:
        return self.painted

    def loss(self) -> float:
        return 1 / self.step

    def state(self) -> dict:
        return {"step": np.array(self.step)}


def perfect(problem, preset, *, seed, state=None, dtype="float32"):
    y = problem.observation
    yield Snapshot(1, pillow_resize(y.shape[1:], problem.canvas)(y.astype(np.float64)))


def never(*args, **settings):
    raise AssertionError("the fit was begun")


def in_tiles(job: PhotoJob, count: int) -> PhotoJob:
    """Return the job planned with just enough memory for tiles of 60 % of its sides."""
    height, width = (side * 6 // 10 for side in job.photo.pixels.shape[1:])
    planned = plan(job, peak_bytes(job.photo, job.factor, job.preset, (height, width)))
    assert len(planned.tiles) >= count
    return planned


def test_in_one_tile_it_is_what_restore_gives(picture):
    from paddle_dip.solver.fit import fit

    job = plan(enlarging(Photo(picture)), 2**40)
    whole = restore(super_resolution(picture, 4, PRESET), PRESET, fit=partial(fit, dtype="float32"), seed=3)
    assert len(job.tiles) == 1
    np.testing.assert_array_equal(restore_photo(job, fit=fit).pixels, whole.astype(np.float32))
    np.testing.assert_array_equal(restore_photo(plan(enlarging(Photo(picture)), None), fit=fit).pixels, whole.astype(np.float32))


def test_tiles_that_agree_leave_no_seam(picture):
    job = enlarging(Photo(np.tile(picture, (1, 2, 3))), **NO_REFINEMENT)
    whole = restore_photo(plan(job, 2**40), fit=perfect).pixels
    apart = np.abs(restore_photo(in_tiles(job, 4), fit=perfect).pixels - whole)
    # Lanczos sees other neighbours at a tile's edge, where the tile hardly counts any more.
    assert apart.max() < 0.05 and np.median(apart) < 1e-6


def test_no_seam_shows_in_a_smooth_gradient():
    """The error where tiles meet is no higher than elsewhere; at the photo's own edges, which no tile sees beyond, it is."""
    from paddle_dip.solver.fit import fit

    rows, columns = np.mgrid[0:64, 0:144] / 65
    truth = np.stack([0.5 + 0.4 * np.sin(rows + c) * np.cos(columns - c) for c in range(3)])
    low = Photo(pillow_resize((64, 144), (32, 72), clip=True)(truth).astype(np.float32))
    preset = replace(super_resolution_preset("fast", 2), steps=60)
    job = PhotoJob("x", low, lambda tile: super_resolution(part(low.pixels, tile), 2, preset), preset, factor=2)
    job = plan(job, peak_bytes(low, 2, preset, (32, 32)))
    meeting = np.zeros(144, int)
    for _, side in job.tiles:
        meeting[2 * side.start : 2 * side.stop] += 1
    assert len(job.tiles) == 3 and (meeting > 1).sum() > 20
    error = np.abs(restore_photo(job, fit=fit).pixels - truth).mean(axis=(0, 1))
    inside = np.arange(144)[8:-8]
    assert error[inside][meeting[inside] > 1].mean() < 1.05 * error[inside][meeting[inside] == 1].mean()
    assert error[inside].max() < 0.005


@pytest.mark.slow
def test_no_seam_shows_in_a_photo():
    """Against the photo restored in one piece, whose error shows where the photo is hard: where tiles meet it isn't higher."""
    from paddle_dip.solver.fit import fit

    truth = data.astronaut()[100:180, 120:328].transpose(2, 0, 1) / 255
    low = Photo(pillow_resize((80, 208), (40, 104), clip=True)(truth).astype(np.float32))
    preset = replace(super_resolution_preset("fast", 2), steps=100)
    job = PhotoJob("x", low, lambda tile: super_resolution(part(low.pixels, tile), 2, preset), preset, factor=2)
    whole, tiled = plan(job, 2**40), plan(job, peak_bytes(low, 2, preset, (40, 44)))
    meeting = np.zeros(208, int)
    for _, side in tiled.tiles:
        meeting[2 * side.start : 2 * side.stop] += 1
    assert len(whole.tiles) == 1 and len(tiled.tiles) >= 3
    apart, in_one = (np.square(restore_photo(each, fit=fit).pixels - truth).mean(axis=(0, 1)) for each in (tiled, whole))
    seams = meeting > 1
    assert 20 < seams.sum() < 160
    assert apart[seams].mean() / in_one[seams].mean() < 1.05 * apart[~seams].mean() / in_one[~seams].mean()


def test_tiles_that_differ_leave_no_seam():
    levels = iter(np.linspace(0.2, 0.8, 100))

    def levelled(problem, preset, *, seed, state=None, dtype="float32"):
        yield Snapshot(1, np.full((1, *problem.canvas), next(levels)))

    job = in_tiles(enlarging(Photo(np.zeros((1, 60, 80), np.float32)), **NO_REFINEMENT), 4)
    pixels = restore_photo(job, fit=levelled).pixels
    assert np.ptp(pixels) > 0.01
    assert max(np.abs(np.diff(pixels, axis=axis)).max() for axis in (1, 2)) < 1 / 255  # nowhere as much as one grey level


@pytest.mark.parametrize("max_memory", [2**40, None])
def test_alpha_is_enlarged_as_pillow_does(picture, max_memory):
    rows = np.mgrid[0:37, 0:31][0] / 36
    alpha = np.where(rows > 0.5, 1.0, rows).astype(np.float32)
    after = restore_photo(plan(enlarging(Photo(picture, alpha)), max_memory), fit=perfect).alpha
    expected = pillow_resize((37, 31), (148, 124))(alpha).clip(0, 1)
    np.testing.assert_allclose(after, expected, atol=1e-5)
    assert after.dtype == np.float32


def test_alpha_of_the_same_size_is_kept_to_the_bit(picture):
    preset = replace(task_preset("denoise", "fast"), network=SMALL)
    photo = Photo(picture, picture[0], bits=16, icc_profile=b"profile")
    after = restore_photo(
        plan(PhotoJob("x", photo, lambda tile: denoising(part(picture, tile), preset), preset), None), fit=perfect
    )
    np.testing.assert_array_equal(after.alpha, photo.alpha)
    assert (after.bits, after.icc_profile) == (16, b"profile")


def test_a_tile_without_a_hole_is_left_as_it_is():
    preset = replace(task_preset("inpaint", "fast"), network=SMALL, stop="never")
    image = np.random.default_rng(0).random((3, 40, 120)).astype(np.float32)
    holes = np.zeros((1, 40, 120), np.float32)
    holes[:, 10:12, :5] = 1
    begun = []

    def painting(problem, preset, *, seed, state=None, dtype="float32"):
        begun.append(problem.size)
        yield Snapshot(1, np.full((3, *problem.canvas), 0.25))

    job = in_tiles(PhotoJob("x", Photo(image), lambda t: inpainting(part(image, t), part(holes, t), preset, part=True), preset), 2)
    after = restore_photo(job, fit=painting).pixels
    assert len(begun) == 1
    np.testing.assert_allclose(np.where(holes, 0.25, image), after, atol=1e-6)


def test_what_is_made_side_by_side_shares_the_memory():
    job, limit = enlarging(Photo(np.zeros((3, 200, 300), np.float32)), members=1), 2**28
    one, three = (plan(job, limit, at_a_time=n) for n in (1, 3))
    sides = [[side.stop - side.start for side in planned.tiles[0]] for planned in (one, three)]
    assert peak_bytes(job.photo, 4, job.preset, tuple(sides[1]), at_a_time=3) <= limit
    assert len(three.tiles) > len(one.tiles) > 1
    # One piece with one fit is one fit, however many could be made; not where there are others, of its own or of other photos.
    whole = peak_bytes(job.photo, 4, job.preset)
    assert len(plan(job, whole, at_a_time=3).tiles) == 1
    assert len(plan(job, whole, at_a_time=3, others=1).tiles) > 1
    assert len(plan(replace(job, preset=replace(job.preset, members=2)), whole, at_a_time=3).tiles) > 1


def test_by_itself_it_is_one_a_core_as_far_as_memory_goes(monkeypatch):
    job = enlarging(Photo(np.zeros((3, 200, 300), np.float32)), members=4)
    whole = peak_bytes(job.photo, 4, job.preset)
    monkeypatch.setattr(photos, "most_at_a_time", lambda: 8)
    monkeypatch.setattr(photos, "free_memory", lambda: 2**40)
    assert fits_at_a_time(job, None) == 8
    three = peak_bytes(job.photo, 4, job.preset, at_a_time=3) + 3 * PROCESS_BYTES
    for free, found in ((three, 3), (three - 1, 2)):
        monkeypatch.setattr(photos, "free_memory", lambda free=free: free)
        assert fits_at_a_time(job, None) == found
    monkeypatch.setattr(photos, "free_memory", lambda: three)
    assert fits_at_a_time(replace(job, preset=replace(job.preset, members=1)), None) == 8  # one fit at a time, whatever may be made
    found = fits_at_a_time(job, whole // 3)
    assert 1 < found < 8
    narrow = [min(side.stop - side.start for side in plan(job, whole // 3, at_a_time=n).tiles[0]) for n in (found, found + 1)]
    assert narrow[0] >= photos._WIDE_TILE > narrow[1]
    assert fits_at_a_time(job, whole) == 1  # one fit at a time leaves it whole
    monkeypatch.setattr(photos, "free_memory", lambda: 0)
    assert fits_at_a_time(job, None) == 1


class TestRefused:
    def test_for_memory_before_a_problem_is_made(self, monkeypatch):
        large = Photo(np.broadcast_to(np.float32(0), (3, 4000, 6000)))
        job = PhotoJob("x", large, never, PRESET, factor=4)
        monkeypatch.setattr(photos, "free_memory", lambda: 2**34)
        with pytest.raises(ValueError, match="a max-memory of"):
            plan(job, None)
        with pytest.raises(ValueError, match="24000x16000.*would be enough"):
            plan(job, 2**30)

    def test_for_the_stopper_before_the_fit(self, picture):
        with pytest.raises(ValueError, match="stop sigma"):
            plan(enlarging(Photo(picture), stop="sigma"), None)

    def test_for_a_tile_that_is_all_hole(self):
        preset = replace(task_preset("inpaint", "fast"), network=SMALL)
        image, holes = np.zeros((3, 40, 120), np.float32), np.zeros((1, 40, 120), np.float32)
        holes[:, :, 40:] = 1
        with pytest.raises(ValueError, match="all hole: raise max-memory"):
            in_tiles(
                PhotoJob("x", Photo(image), lambda t: inpainting(part(image, t), part(holes, t), preset, part=True), preset), 2
            )


def test_a_jpeg_is_kept_to_what_its_file_allows_whole_and_in_tiles(tmp_path):
    truth = data.astronaut()[20:148, 150:310]
    Image.fromarray(truth).save(tmp_path / "x.jpg", quality=10)
    photo = read_photo(tmp_path / "x.jpg")
    preset = replace(task_preset("dejpeg", "fast"), network=SMALL, average="none", companion=False)

    def smoothing(problem, preset, *, seed, state=None, dtype="float32"):
        yield Snapshot(1, denoise_tv_chambolle(problem.observation, weight=0.1, channel_axis=0))

    fitted = denoise_tv_chambolle(photo.pixels, weight=0.1, channel_axis=0)
    whole = task_job("dejpeg", "x", photo, preset)
    held = read_coefficients(photo.jpeg, photo.pixels)
    np.testing.assert_array_equal(restore_photo(whole, fit=smoothing).pixels, projected(fitted, held).astype(np.float32))
    tiled = in_tiles(whole, 4)
    assert all(tiled.problem(tile).jpeg is None for tile in tiled.tiles)
    pixels = restore_photo(tiled, fit=smoothing).pixels
    assert np.mean(np.abs(projected(pixels, held) - pixels) > 0.01) < 0.01  # where black and white were clipped
    assert psnr(pixels, truth.transpose(2, 0, 1) / 255) > psnr(fitted, truth.transpose(2, 0, 1) / 255) + 0.1


def test_a_work_folder_tells_a_jpeg_from_other_files_of_its_pixels(tmp_path):
    Image.fromarray(data.astronaut()[20:84, 150:214]).save(tmp_path / "x.jpg", quality=10)
    Image.open(tmp_path / "x.jpg").save(tmp_path / "x.png")
    preset = replace(task_preset("dejpeg", "fast"), network=SMALL)
    made_of = [identity(task_job("dejpeg", "x", read_photo(tmp_path / name), preset)) for name in ("x.jpg", "x.jpg", "x.png")]
    first, again, other = map(json.dumps, made_of)
    assert first == again != other
