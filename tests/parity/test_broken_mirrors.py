"""The ladder can fail: each way in which another port is, or a library was, wrong is caught, and its place named."""

from dataclasses import replace

import paddle.nn.functional as PF
import pytest
import torch.nn.functional as TF

import paddle_dip.solver.layers as paddle_layers
import torch_ref.layers as torch_layers
from paddle_dip.evaluation.parity.compare import compare, locate
from tests.parity.sides import QUICK, failures, paddle_arrays, torch_arrays

TRACED = replace(QUICK, layers=True)
INTERPOLATE, PAD = PF.interpolate, TF.pad  # before any test replaces them


def align_mode_1(x, **settings):
    return INTERPOLATE(x, **settings | {"align_mode": 1})


def pad_without_gradient(x, *rest, **settings):
    """The right values and a gradient of zero, as Paddle's Pad2D was seen to give in static programs with oneDNN."""
    return PAD(x.detach() + 0 * x, *rest, **settings)


def caught(a: dict, b: dict) -> set[str]:
    return set(failures(compare(a, b, dtype=TRACED.dtype)))


@pytest.fixture(scope="module")
def sound():
    """Paddle's arrays, unbroken; and a check that nothing is caught where nothing is broken."""
    from paddle_dip.problem import networks
    from tests.parity.conftest import SMALL

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(networks.NETWORKS, "small", SMALL)
        a, b = paddle_arrays(TRACED), torch_arrays(TRACED)
    assert not caught(a, b) and locate(a, b) is None
    return a


def test_replicate_for_reflect(sound):
    broken = torch_arrays(replace(TRACED, pad="replicate"))
    assert {"forward", "operator", "loss", "image", "params_1", "params_2"} <= caught(sound, broken)
    assert "forward: scales.0.down1.conv is the first" in locate(sound, broken)


def test_align_mode_1(sound, monkeypatch):
    monkeypatch.setattr(paddle_layers.F, "interpolate", align_mode_1)
    broken = paddle_arrays(TRACED)
    assert {"forward", "operator", "loss"} <= caught(sound, broken)
    assert "forward: scales.2.merge.up is the first" in locate(sound, broken)


def test_paddles_initialisation(sound):
    broken = torch_arrays(replace(TRACED, initialisation="paddle"))
    assert {"data", "forward", "loss"} <= caught(sound, broken)
    assert "weights/scales.0.skip.conv.weight differs before the first layer" in locate(sound, broken)


def test_batchnorm_momentum_swapped(sound, monkeypatch):
    monkeypatch.setattr(torch_layers, "_BATCH_NORM", torch_layers._BATCH_NORM | {"momentum": 0.9})
    assert caught(sound, torch_arrays(TRACED)) == {"buffers"}  # nothing else reads the running statistics


def test_batchnorm_epsilon_of_keras(sound, monkeypatch):
    monkeypatch.setattr(torch_layers, "_BATCH_NORM", torch_layers._BATCH_NORM | {"eps": 1e-3})
    assert "forward" in caught(sound, torch_arrays(TRACED))


def test_gradient_zeroed_through_the_padding(sound, monkeypatch):
    monkeypatch.setattr(torch_layers.F, "pad", pad_without_gradient)
    broken = torch_arrays(TRACED)
    found = caught(sound, broken)
    assert not {"data", "forward", "operator", "loss"} & found  # the loss is right, only what is learnt is wrong
    assert any(name.startswith("grad/scales.2") for name in found)
    assert "backward: scales.0.merge.norm is the first" in locate(sound, broken)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_each_is_caught_in_either_precision(dtype, monkeypatch, plain):
    experiment = replace(QUICK, dtype=dtype, steps=1)
    good = paddle_arrays(experiment)
    assert "forward" in failures(compare(good, torch_arrays(replace(experiment, pad="replicate")), dtype=dtype))
    assert "data" in failures(compare(good, torch_arrays(replace(experiment, initialisation="paddle")), dtype=dtype))
    with monkeypatch.context() as patch:
        patch.setattr(torch_layers, "_BATCH_NORM", torch_layers._BATCH_NORM | {"momentum": 0.9})
        assert "buffers" in failures(compare(good, torch_arrays(experiment), dtype=dtype))
    with monkeypatch.context() as patch:
        patch.setattr(torch_layers.F, "pad", pad_without_gradient)
        assert any(n.startswith("grad/") for n in failures(compare(good, torch_arrays(experiment), dtype=dtype)))
    monkeypatch.setattr(paddle_layers.F, "interpolate", align_mode_1)
    assert "forward" in failures(compare(good, paddle_arrays(experiment), dtype=dtype))
