"""The page's jobs without a page: stopped they keep the best, side by side they leave each other alone, nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import paddle_dip as dip
from paddle_dip.errors import InputError
from paddle_dip.serve.jobs import ENDED, Jobs
from paddle_dip.serve.request import Limits, Request
from tests.conftest import ROOT, command
from tests.serve.conftest import when

ENDLESS = Limits().steps

WORKER = [sys.executable, "-m", "paddle_dip.serve.worker"]


@pytest.fixture
def damaged(photo, tmp_path) -> str:
    path = tmp_path / "damaged.jpg"
    Image.open(photo).save(path)
    path.write_bytes(path.read_bytes()[:-200])  # its header is whole: only the job's own process sees it
    return str(path)


def folders(jobs: Jobs) -> list[Path]:
    return [path for path in jobs.folder.iterdir() if path.is_dir() and path != jobs.uploads]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_job_gives_the_api_s_picture_the_command_s_record_and_a_gif(photo):
    with Jobs(Limits()) as jobs:
        name = jobs.submit(Request("denoise", photo, steps=3, seed=5))
        view = when(jobs, name, lambda view: view.state in ENDED)
        assert view.state == "done", view.message
        result = np.asarray(Image.open(view.files["result"]))
        assert (result == np.asarray(dip.denoise(photo, steps=3, seed=5))).all()
        assert view.files["result"].name == "noisy_denoise.png" and view.files["settings"].name == "noisy_denoise.png.json"
        settings = json.loads(view.files["settings"].read_text())
        assert settings["preset"]["steps"] == 3 and settings["seed"] == 5 and settings["photo"] == "noisy.png"
        assert {"paddle_dip", "packages", "device", "threads"} <= set(settings) and "stopped_at" not in settings
        assert Image.open(view.files["gif"]).n_frames >= 2
        assert [point["step"] for point in view.points] == [1, 2, 3] and (view.step, view.steps) == (3, 3)
        assert Image.open(view.before).size == Image.open(view.after).size == (20, 24)
        assert view.picture.is_file()
    assert not jobs.folder.exists()


def test_without_a_queue_a_job_is_taken_where_a_place_is_free(photo):
    with Jobs(Limits(at_once=1, queue=0)) as jobs:
        name = jobs.submit(Request("denoise", photo, steps=ENDLESS))
        assert jobs.look(name).state == "running"
        with pytest.raises(InputError, match="queue is full"):
            jobs.submit(Request("denoise", photo))


def test_what_an_upload_was_shown_as_goes_when_jobs_go(photo):
    with Jobs(Limits(keep_minutes=10)) as jobs:
        for name, minutes in (("old.png", 11), ("new.png", 9)):
            (jobs.uploads / name).write_bytes(b"")
            os.utime(jobs.uploads / name, (time.time() - 60 * minutes,) * 2)
        end = time.monotonic() + 60
        while (jobs.uploads / "old.png").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert [path.name for path in jobs.uploads.iterdir()] == ["new.png"]


@pytest.mark.slow
def test_jobs_side_by_side_leave_each_other_alone(photo, damaged):
    with Jobs(Limits(at_once=2, queue=1)) as jobs:
        first = jobs.submit(Request("denoise", photo, preset="paper", steps=ENDLESS))  # no rule ends it
        broken = jobs.submit(Request("denoise", damaged))
        third = jobs.submit(Request("denoise", photo, steps=ENDLESS))
        assert jobs.look(third).state == "queued" and jobs.look(third).ahead == 1
        with pytest.raises(InputError, match="queue is full"):
            jobs.submit(Request("denoise", photo))
        view = when(jobs, broken, lambda view: view.state in ENDED)
        assert view.state == "failed" and "damaged" in view.message and str(jobs.folder) not in view.message
        when(jobs, third, lambda view: view.state == "running" and view.step > 0)
        fourth = jobs.submit(Request("denoise", photo))
        jobs.stop(fourth)
        assert jobs.look(fourth).state == "stopped" and not jobs.look(fourth).files

        os.kill(jobs._jobs[third].process.pid, signal.SIGKILL)  # as the system does where memory runs out
        assert "killed" in when(jobs, third, lambda view: view.state == "failed").message
        assert jobs.look(first).state == "running"

        when(jobs, first, lambda view: view.step > 1)
        jobs.stop(first)
        view = when(jobs, first, lambda view: view.state in ENDED)
        assert view.state == "stopped", view.message
        stopped = json.loads(view.files["settings"].read_text())["stopped_at"]
        best = Path(photo).with_name("best.png")
        command("-m", "paddle_dip", "denoise", photo, "--preset", "paper", "--steps", stopped["step"], "--out", best)
        assert stopped["fit"] == 1 and view.files["result"].read_bytes() == best.read_bytes()


def test_of_several_fits_the_stopped_one_counts_by_what_is_done_of_it(photo):
    from paddle_dip.io.images import read_photo
    from paddle_dip.runs.parts import restore_photo
    from paddle_dip.runs.task_job import task_job
    from paddle_dip.serve.watch import Stopped, Watch
    from paddle_dip.solver.fit import fit

    preset = replace(dip.preset("denoise"), steps=4, members=2)
    folder = Path(photo).parent
    job = task_job("denoise", "x", read_photo(Path(photo)), preset)
    watch = Watch(folder, job)
    seen: list[np.ndarray] = []

    def look(problem, snapshot):
        seen.append(snapshot.chosen_canvas())
        watch.stop = len(seen) == 6  # the second fit's second step of four
        watch.look(problem, snapshot)

    with pytest.raises(Stopped) as stopped:
        restore_photo(job, fit=fit, watch=look)
    assert (stopped.value.fit, stopped.value.step) == (2, 2)
    assert np.allclose(stopped.value.pixels, np.clip((seen[3] + seen[5] / 2) / 1.5, 0, 1), atol=1e-6)
    assert [point["step"] for point in watch.process.points] == [1, 2, 3, 4, 5]


def test_what_is_forgotten_ends_and_leaves_no_file(photo):
    with Jobs(Limits(keep_minutes=0.01)) as jobs:
        name = jobs.submit(Request("denoise", photo, steps=ENDLESS))
        process = jobs._jobs[name].process.pid
        jobs.forget(name)
        assert jobs.look(name) is None and not alive(process) and folders(jobs) == []
        ended = jobs.submit(Request("denoise", photo, steps=ENDLESS))
        waiting = jobs.submit(Request("denoise", photo))
        jobs.stop(waiting)
        with jobs._lock:
            jobs._jobs[waiting].seen -= 60  # as if nobody had looked for a minute
            jobs._advance()
        assert jobs.look(waiting) is None and jobs.look(ended) is not None
        process = jobs._jobs[ended].process.pid
    assert not alive(process) and not jobs.folder.exists()


def test_a_job_without_room_is_refused_and_leaves_nothing(photo, monkeypatch):
    def full(*paths):
        raise OSError(28, "No space left on device")

    with Jobs(Limits()) as jobs:
        monkeypatch.setattr("paddle_dip.serve.folder.shutil.copy", full)
        with pytest.raises(InputError, match="can't be kept on the server: No space left"):
            jobs.submit(Request("denoise", photo))
        assert folders(jobs) == []


def test_a_job_that_cannot_begin_has_failed_and_the_next_begins(photo, monkeypatch):
    with Jobs(Limits()) as jobs:
        with monkeypatch.context() as full:
            full.setattr("paddle_dip.serve.jobs._begun", lambda folder: (folder / "no" / "log.txt").touch())
            name = jobs.submit(Request("denoise", photo, steps=1))
        view = jobs.look(name)
        assert view.state == "failed" and "the job can't begin: No such file" in view.message
        other = jobs.submit(Request("denoise", photo, steps=ENDLESS))
        assert jobs.look(other).state == "running"


@pytest.mark.skipif(os.name != "posix", reason="Windows' locks keep no two servers apart")
def test_what_a_killed_server_left_is_removed_by_the_next_and_a_live_one_keeps_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "paddle_dip-serve-killed"
    (left / "job").mkdir(parents=True)
    (left / ".lock").touch()
    with Jobs(Limits()) as first, Jobs(Limits()) as second:
        assert not left.exists() and first.folder.exists() and second.folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_job_s_process_ends_in_order(photo, tmp_path):
    Request("denoise", photo, steps=2).save(tmp_path)
    process = subprocess.Popen([*WORKER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.wait(timeout=120) == 0, process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    assert json.loads((tmp_path / "outcome.json").read_text())["state"] == "done"


def test_a_job_ends_with_its_server(photo, tmp_path):
    Request("denoise", photo, steps=ENDLESS).save(tmp_path)
    process = subprocess.Popen(
        [*WORKER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    process.communicate(timeout=120)  # closes its input, as the system does where a server was killed
    assert process.returncode == 1 and not (tmp_path / "outcome.json").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"task": "sharpen"}, "task must be one of"),
        ({"preset": "slow"}, "preset must be one of"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"steps": 10**20}, "steps must be at most 30000 here"),
        ({"task": "super-resolve", "factor": 3.5}, "factor must be a whole number"),
        ({"task": "super-resolve", "factor": None}, "factor must be a whole number"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"task": "super-resolve", "factor": 5}, "photo is too large: the result would have 100x120 pixels"),
        ({"task": "inpaint"}, "mask is missing"),
        ({"task": "flash-no-flash"}, "flash is missing"),
        ({"task": "inpaint", "second": "small.png"}, "mask must have the photo's 20x24 pixels, not 8x8"),
        ({"photo": "text.png"}, "not an image that can be read"),
        ({"photo": "small.tif"}, "doesn't exist"),
        ({"photo": "heavy.bmp"}, "too large: at most 0.01 MiB"),
        ({"photo": "tiny.png"}, "each side must have at least"),
    ],
)
def test_what_cannot_be_done_is_refused_before_it_waits(photo, tmp_path, changes, words):
    (tmp_path / "text.png").write_text("no picture")
    for name, side in (("small.png", 8), ("tiny.png", 2), ("heavy.bmp", 90)):
        Image.new("RGB", (side, side)).save(tmp_path / name)
    files = {name: str(tmp_path / value) for name, value in changes.items() if name in ("photo", "second")}
    request = replace(Request("denoise", photo), **changes | files)
    with Jobs(Limits(pixels=10_000, upload_mb=0.01)) as jobs:
        with pytest.raises(InputError, match=words):
            jobs.submit(request)
        assert folders(jobs) == []
