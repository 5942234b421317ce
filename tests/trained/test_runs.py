"""A run's folder: what it holds, whom it lets in, and how it goes on."""

import os
import signal
from contextlib import nullcontext

import numpy as np
import paddle
import pytest

from paddle_dip.trained.runs import Assessment, Plan, open_run, run, write_summary
from tests.trained.test_engine import small_training

SETTINGS = {"task": "numbers", "epochs": 3, "widths": [1, 2]}


def assess() -> Assessment:
    return Assessment({"psnr": 20.0}, {"test": b"a picture"})


def ended(out, *, epochs: int = 3, **more) -> list[dict]:
    with open_run(out, SETTINGS, resume=True) as folder:
        rows = run(folder, small_training(epochs=epochs), SETTINGS, assess=assess, **more)
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def weights(out) -> dict[str, bytes]:
    with np.load(sorted(out.glob("checkpoints/*.npz"))[-1]) as archive:
        return {name: archive[name].tobytes() for name in archive.files if name != "notes.json"}


def test_what_a_run_leaves(tmp_path):
    rows = ended(tmp_path / "run", plan=Plan(keep=2))
    assert [row["epoch"] for row in rows] == [1, 2, 3] and list(rows[0]) == ["epoch", "main", "side", "psnr"]
    write_summary(tmp_path / "run", SETTINGS, rows, {"train": 7})
    files = {path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    pictures = {f"pictures/epoch_{n:04d}_test.png" for n in (1, 2, 3)}
    steps = {f"checkpoints/step_{n:08d}.npz" for n in (8, 12)}
    assert files == pictures | steps | {"epochs.csv", "settings.json", "summary.json", ".lock"}


@pytest.mark.parametrize(("number", "step"), [(signal.SIGINT, 6), (signal.SIGTERM, 8)])
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, number, step):
    """In the middle of the second of three epochs of four steps, and at its end."""
    whole = ended(tmp_path / "whole")
    seen = []

    def show(update):
        seen.append(update.step)
        if update.step == step:
            os.kill(os.getpid(), number)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("paddle_dip.trained.runs.track", lambda *a, **k: nullcontext(show))
        ended(tmp_path / "run")
    assert seen[-1] == step and (tmp_path / "run" / "checkpoints" / f"step_{step:08d}.npz").exists()
    assert ended(tmp_path / "run") == whole and weights(tmp_path / "run") == weights(tmp_path / "whole")


def test_a_longer_run_goes_on_and_a_finished_one_is_left_alone(tmp_path):
    ended(tmp_path / "run", epochs=2)
    assert ended(tmp_path / "run", epochs=2) == ended(tmp_path / "whole", epochs=2)
    assert ended(tmp_path / "run", epochs=4) == ended(tmp_path / "longer", epochs=4)


def test_another_run_is_not_let_in(tmp_path):
    ended(tmp_path / "run", epochs=1)
    with pytest.raises(ValueError, match="already holds a run"), open_run(tmp_path / "run", SETTINGS, resume=False):
        pass
    other = SETTINGS | {"widths": [1, 3]}
    with pytest.raises(ValueError, match=r"widths \[1, 2\] there, \[1, 3\] here"), open_run(tmp_path / "run", other, resume=True):
        pass
    noted = tmp_path / "run" / "settings.json"
    noted.write_text(noted.read_text().replace('"processes": 1', '"processes": 2'))
    with pytest.raises(ValueError, match="processes 2 there, 1 here"), open_run(tmp_path / "run", SETTINGS, resume=True):
        pass
    noted.write_text(noted.read_text().replace('"processes": 2', '"processes": 1'))
    longer, same = (open_run(tmp_path / "run", SETTINGS | {"epochs": epochs}, resume=True) for epochs in (9, 3))
    with longer, pytest.raises(ValueError, match="written to by another run"), same:
        pass
    (tmp_path / "run" / "settings.json").unlink()
    with pytest.raises(ValueError, match="without their settings"), open_run(tmp_path / "run", SETTINGS, resume=True):
        pass


def test_a_training_that_diverges_is_told(tmp_path):
    training = small_training()
    training.networks["first"].weight.set_value(paddle.full([3, 3], float("inf")))
    with open_run(tmp_path / "run", SETTINGS, resume=False) as folder, pytest.raises(ArithmeticError, match="diverged"):
        run(folder, training, SETTINGS, assess=assess)


def test_a_run_stops_in_time_at_an_epochs_end(tmp_path):
    assert len(ended(tmp_path / "run", plan=Plan(minutes=0.0))) == 1
    assert ended(tmp_path / "run") == ended(tmp_path / "whole")
