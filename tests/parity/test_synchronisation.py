"""No step waits for the device but each k-th: what would copy from it is caught on a CPU, in both frameworks."""

from collections import Counter
from dataclasses import replace

import numpy as np
import paddle
import pytest
import torch

import torch_ref.fit as torch_fit
from paddle_dip.solver.fit import fit as paddle_fit
from paddle_dip.solver.fit import moving_average
from tests.parity.sides import varied

STEPS, RENEWAL = 5, 2
# Each waits until the device has come to the value, and copies it.
COPIES = ("numpy", "item", "tolist", "cpu", "__float__", "__int__", "__bool__", "__array__", "__index__")
OPTIMISERS = ("adam", "soap")


def preset_of(experiment):
    changes = {"soap_renewal": RENEWAL, "average": "ema", "noise_generator": "philox", "tv_weight": 1e-3}
    return replace(experiment.preset(), **changes)


@pytest.fixture
def copies(monkeypatch) -> Counter:
    """Counts the copies that are made of Paddle's tensors, by name."""
    seen: Counter = Counter()
    for name in COPIES:
        if hasattr(paddle.Tensor, name):
            monkeypatch.setattr(paddle.Tensor, name, counted(getattr(paddle.Tensor, name), name, seen))
    return seen


def counted(copy, name: str, seen: Counter):
    def counting(tensor, *given, **named):
        seen[name] += 1
        return copy(tensor, *given, **named)

    return counting


def test_the_hook_sees_what_copies(copies):
    value = paddle.to_tensor(2.0)
    float(value), value.numpy(), value.item(), value.tolist(), value.cpu(), bool(value > 1), np.asarray(value)
    assert {"__float__", "numpy", "item", "tolist", "cpu", "__bool__", "__array__"} <= set(copies)


@pytest.mark.parametrize("network", ["small", "small-pixel-shuffle", "small-unet"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_paddle_waits_for_no_step_but_where_bases_are_renewed(optimiser, network, copies, plain):
    experiment = varied(steps=STEPS, optimiser=optimiser, network=network)
    waited = []
    snapshots = paddle_fit(experiment.problem(), preset_of(experiment))
    for step in range(STEPS):
        copies.clear() if step else None  # the first also begins the fit
        next(snapshots)
        waited += [step] if copies and step else []
    assert waited == ([step for step in range(1, STEPS) if step % RENEWAL == 0] if optimiser == "soap" else [])


def test_a_fit_that_asked_for_its_loss_would_be_caught(copies, monkeypatch, plain):
    def asking(average, value, step, decay):
        float(value.mean())
        return moving_average(average, value, step, decay)

    monkeypatch.setattr("paddle_dip.solver.fit.moving_average", asking)
    experiment = varied(steps=3)
    snapshots = paddle_fit(experiment.problem(), preset_of(experiment))
    next(snapshots)
    copies.clear()
    next(snapshots)
    assert copies["__float__"] == 1


@pytest.mark.parametrize(
    ("optimiser", "network"),
    [
        *[("adam", "small"), ("soap", "small"), ("soap", "small-pixel-shuffle"), ("soap", "small-unet")],
        *(pytest.param("adam", name, marks=pytest.mark.parity) for name in ("small-pixel-shuffle", "small-unet")),
    ],
)
def test_the_mirror_waits_for_no_step_but_where_bases_are_renewed(optimiser, network, monkeypatch):
    """On the device "meta", whose tensors have no values: it runs all that a GPU would, and what asks for a value raises."""
    asked, taken = [], Counter()

    def stand_in(value: torch.Tensor) -> np.ndarray:
        asked.append(taken["steps"])
        shape, dtype = tuple(value.shape), np.dtype(str(value.dtype).removeprefix("torch."))
        return np.broadcast_to(np.eye(shape[-1], dtype=dtype), shape).copy() if len(shape) == 3 else np.zeros(shape, dtype)

    monkeypatch.setattr("torch_ref.optimisers.soap.array", stand_in)
    experiment = varied(steps=STEPS, optimiser=optimiser, network=network)
    snapshots = torch_fit.fit(experiment.problem(), preset_of(experiment), device="meta")
    for _ in range(STEPS):
        snapshot = next(snapshots)
        taken["steps"] += 1
        assert snapshot._loss.device.type == snapshot._average.device.type == "meta"
    waited = sorted({step for step in asked if step > 0})
    assert waited == ([step for step in range(1, STEPS) if step % RENEWAL == 0] if optimiser == "soap" else [])


def test_on_that_device_a_value_is_refused(monkeypatch):
    experiment = varied(steps=2)
    snapshot = next(torch_fit.fit(experiment.problem(), preset_of(experiment), device="meta"))
    for ask in (snapshot.loss, lambda: snapshot.canvas("average"), snapshot.state):
        with pytest.raises((RuntimeError, NotImplementedError)):
            ask()


@pytest.mark.parametrize(
    ("drawn_by", "changes"),
    [
        ("philox", {}),
        ("numpy", {"operator": "pillow", "clip": True, "work_scale": 2}),
        ("numpy", {"operator": "mask"}),
        ("numpy", {"learn_input": True}),
        pytest.param("numpy", {}, marks=pytest.mark.parity),
        pytest.param("philox", {"operator": "pillow", "clip": True, "work_scale": 2}, marks=pytest.mark.parity),
        pytest.param("philox", {"operator": "mask"}, marks=pytest.mark.parity),
        pytest.param("philox", {"learn_input": True}, marks=pytest.mark.parity),
    ],
    ids=str,
)
def test_every_tensor_of_the_mirror_is_on_the_device(changes, drawn_by):
    """One that is left on the CPU would raise where it meets one of the device."""
    experiment = varied(steps=2, **changes)
    snapshots = torch_fit.fit(experiment.problem(), replace(experiment.preset(), noise_generator=drawn_by), device="meta")
    assert [snapshot.step for snapshot in snapshots] == [1, 2]
