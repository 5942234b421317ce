"""The loop: deterministic, resumable to the bit, and averaging what it says."""

import threading
from collections import deque
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import paddle
import pytest

from paddle_dip.environment import thread_count
from paddle_dip.problem.networks import SkipConfig
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.problem.stopping import build_stopper
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.tasks import super_resolution
from paddle_dip.runs.canvas import chosen_canvas
from paddle_dip.runs.parallel import run_parallel
from paddle_dip.runs.restore import finish, restore
from paddle_dip.runs.workers import Workers
from paddle_dip.solver.fit import fit, moving_average

SMALL = SkipConfig(down=(8,) * 3, up=(8,) * 3, skip=(2,) * 3, input_depth=4)
PRESET = replace(super_resolution_preset("fast", 4), network=SMALL, steps=12, optimiser="adam")

LBFGS = {"optimiser": "lbfgs", "warm_up": 3, "learning_rate": 1.0, "history": 4, "learn_input": True}
SOAP = {"optimiser": "soap", "soap_renewal": 3, "learn_input": True}
PHILOX = {"noise_generator": "philox", "noise": "cumulative"}
PAPER = {"work_scale": 1, "operator": "lanczos2", "clip": False, "average": "none"} | NO_REFINEMENT


@dataclass(frozen=True)
class Item:
    title: str


def problem(preset=PRESET, channels=3):
    rows, columns = np.mgrid[0:9, 0:7] / 9
    low = np.stack([0.5 + 0.4 * np.sin(6 * rows + c) * np.cos(5 * columns) for c in range(channels)])
    return super_resolution(low.astype(np.float32), 4, preset)


def last(snapshots):
    return deque(snapshots, maxlen=1)[0]


def test_the_loss_falls_and_the_result_fits_the_observation():
    preset = replace(PRESET, steps=60)
    losses = [snapshot.loss() for snapshot in fit(problem(), preset)]
    assert len(losses) == 60 and np.mean(losses[-5:]) < 0.3 * losses[0]
    image = restore(problem(), preset, fit=fit)
    assert image.shape == (3, 36, 28) and image.min() >= 0 and image.max() <= 1
    assert np.abs(problem().exact(image) - problem().observation).max() < 0.01


@pytest.mark.parametrize("changes", [{}, PAPER], ids=["fast", "paper"])
def test_same_seed_same_bits_other_seed_others(changes):
    preset = replace(PRESET, **changes)
    first, same, other = (restore(problem(preset), preset, fit=fit, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "changes",
    [{}, PAPER, LBFGS, SOAP, PHILOX, {"learn_input": True}],
    ids=["fast", "paper", "lbfgs", "soap", "philox", "learnt-input"],
)
def test_a_run_taken_up_gives_the_same_bits(changes):
    preset = replace(PRESET, **changes)
    states = []
    for whole in fit(problem(preset), preset):
        states.append(whole.state())
    for stop in (1, 5, 11):
        resumed = last(fit(problem(preset), preset, state=states[stop - 1]))
        state = resumed.state()  # before "clean" is painted, which moves the running statistics
        assert resumed.step == whole.step == preset.steps and state.keys() == states[-1].keys()
        for name, value in states[-1].items():
            np.testing.assert_array_equal(state[name], value, err_msg=name)
        for kind in ("average", "perturbed", "clean"):
            np.testing.assert_array_equal(resumed.canvas(kind), whole.canvas(kind))


@pytest.mark.parametrize("changes", [{}, PAPER, {"noise": "cumulative"}, {"noise": "cumulative", "input": "normal"}], ids=str)
@pytest.mark.parametrize("start", [0, pytest.param(1, marks=pytest.mark.slow), 7])
def test_noise_drawn_ahead_is_the_noise_drawn_in_turn(start, changes, monkeypatch):
    preset = replace(PRESET, **changes)
    state = last(islice(fit(problem(preset), preset), start)).state() if start else None
    ahead = last(fit(problem(preset), preset, state=state)).state()
    monkeypatch.setattr("paddle_dip.solver.noise.drawn_ahead", map)
    in_turn = last(fit(problem(preset), preset, state=state)).state()
    for name, value in in_turn.items():
        np.testing.assert_array_equal(ahead[name], value, err_msg=name)


def test_a_run_goes_on_with_the_generator_that_it_began_with(monkeypatch):
    """Begun on a GPU, taken up on a CPU, and the other way round; the preset leaves the choice to the device."""
    for gpu, drawn_by in ((True, 1), (False, 0)):
        monkeypatch.setattr("paddle_dip.solver.fit.on_gpu", lambda gpu=gpu: gpu)
        whole = last(fit(problem(), PRESET)).state()
        state = last(islice(fit(problem(), PRESET), 5)).state()
        monkeypatch.setattr("paddle_dip.solver.fit.on_gpu", lambda gpu=gpu: not gpu)
        elsewhere = last(fit(problem(), PRESET, state=state)).state()
        assert state["noise_generator"] == elsewhere["noise_generator"] == drawn_by
        np.testing.assert_array_equal(elsewhere["average"], whole["average"])


def test_a_state_of_before_there_was_a_choice_goes_on_with_numpys():
    state = last(islice(fit(problem(), PRESET), 5)).state()
    del state["noise_generator"]
    np.testing.assert_array_equal(
        last(fit(problem(), replace(PRESET, **PHILOX | {"noise": "fresh"}), state=state)).canvas("average"),
        last(fit(problem(), PRESET)).canvas("average"),
    )


def test_a_fit_that_is_left_leaves_no_thread():
    before = threading.active_count()
    snapshots = fit(problem(), PRESET)
    next(snapshots)
    snapshots.close()
    assert threading.active_count() == before


def fitted(item, *, interrupted):
    """The unit of work of a process of its own."""
    return last(fit(problem(), PRESET)).canvas("average")


def test_a_fit_in_a_process_of_its_own_gives_the_same_bits(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # bits depend on the number of threads
    items = [Item("a"), Item("b")]
    found = dict(run_parallel(items, Workers(2), work=fitted))
    threads = thread_count()
    paddle.base.core.set_num_threads(1)
    here = fitted(None, interrupted=None)
    paddle.base.core.set_num_threads(threads)
    for item in items:
        np.testing.assert_array_equal(found[item], here)


def test_lbfgs_goes_down_faster_than_adam_without_noise():
    still = {"steps": 30, "reg_noise_std": 0.0, "average": "none"}
    adam, lbfgs = (
        last(fit(problem(), replace(PRESET, **still, **changes))).loss() for changes in ({"learning_rate": 0.001}, LBFGS)
    )
    assert lbfgs < 0.2 * adam


def test_z_is_learnt_only_where_told_to():
    starts = {learn: next(fit(problem(), replace(PRESET, learn_input=learn))) for learn in (False, True)}
    moved = np.abs(starts[True].state()["z"] - starts[False].state()["z"])
    assert moved.max() == pytest.approx(PRESET.learning_rate, rel=1e-3)  # Adam's first step
    fresh = next(fit(problem(), PRESET)).state()["z"]
    np.testing.assert_array_equal(fresh, starts[False].state()["z"])


def test_a_state_of_another_network_is_refused():
    state = last(islice(fit(problem(), PRESET), 1)).state()
    other = replace(PRESET, network=replace(SMALL, down=(8, 8), up=(8, 8), skip=(2, 2)))
    with pytest.raises(ValueError, match="doesn't fit"):
        next(fit(problem(other), other, state=state))


def test_the_average_is_of_the_outputs():
    preset = replace(PRESET, average_decay=0.5)
    expected = None
    for snapshot in fit(problem(), preset):
        output = snapshot.canvas("perturbed")
        weight = max(0.5, 1 / snapshot.step)
        expected = output if expected is None else expected + weight * (output - expected)
    np.testing.assert_allclose(snapshot.canvas("average"), expected, atol=1e-6)


def test_the_average_begins_as_a_plain_mean():
    values = [paddle.to_tensor([float(v)]) for v in (4, 8, 6)]
    average = paddle.zeros([1])
    for step, value in enumerate(values):
        average = moving_average(average, value, step, 0.99)
    assert average.item() == pytest.approx(6)


def test_final_input_decides_what_the_last_iterate_is():
    results = {}
    for final in ("clean", "perturbed"):
        preset = replace(PRESET, average="none", back_projection=0, final_input=final)
        results[final] = restore(problem(), preset, fit=fit)
    assert not np.array_equal(results["clean"], results["perturbed"])


def test_back_projection_can_be_switched_on_its_own():
    snapshot = last(fit(problem(), PRESET))
    plain, projected = (finish(problem(), replace(PRESET, back_projection=n), snapshot.canvas("average")) for n in (0, 3))
    errors = [np.abs(problem().exact(image) - problem().observation).max() for image in (plain, projected)]
    assert errors[1] < 0.1 * errors[0]


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_follow_the_observation(channels):
    assert restore(problem(channels=channels), replace(PRESET, steps=2), fit=fit).shape[0] == channels


def test_a_fit_that_diverged_is_no_result():
    snapshot = last(fit(problem(), replace(PRESET, learning_rate=1e38)))
    with pytest.raises(ArithmeticError, match="diverged"):
        chosen_canvas(PRESET, snapshot, build_stopper(problem(), PRESET))


def test_float64_runs_in_float64():
    snapshot = next(fit(problem(), PRESET, dtype="float64"))
    assert snapshot.canvas("perturbed").dtype == np.float64
