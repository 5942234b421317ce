"""A fast network is the plain one, it is the one that runs, and where it can't be built the plain one runs."""

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.problem.networks import HourglassConfig, SkipConfig
from paddle_dip.solver.fast import build, operators, skip
from paddle_dip.solver.networks import build_network
from tests.conftest import ROOT

SMALL = SkipConfig(down=(8, 12, 16), up=(10, 8, 16), skip=(2, 0, 4), input_depth=4)
FAST = {
    "skip": SMALL,
    "skip, replicate": replace(SMALL, pad="replicate"),
    "skip, nearest": replace(SMALL, pad="zero", upsampling="nearest", down_kernel=5, up_kernel=5),
    "skip, coarse": replace(SMALL, up_grid="coarse"),
    "skip, coarse, nearest": replace(SMALL, up_grid="coarse", pad="zero", upsampling=("nearest", "bilinear", "nearest")),
    "skip, mixed": replace(SMALL, upsampling=("nearest", "bilinear", "nearest"), up_1x1=False),
    "pixel-shuffle": HourglassConfig(down=(4, 6, 16), up=(8, 12), skip=(0, 2), input_depth=4),
    "transposed": HourglassConfig(kind="transposed", down=(4, 6, 10), up=(5, 9), skip=(0, 3), input_depth=4),
}
needs_operators = pytest.mark.skipif(not build.available(), reason=f"no compiled operators: {build.reason()}")


def gradients(network, z) -> dict[str, np.ndarray]:
    network(z).pow(2).mean().backward()
    found = {name: p.grad.numpy() for name, p in network.named_parameters() if not p.stop_gradient}
    network.clear_gradients()
    return found


@pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="the operators are for Linux on x86-64")
def test_the_operators_are_built_where_there_is_a_compiler():
    """A change of Paddle or of the sources that silently disables the fast path fails here."""
    if paddle.is_compiled_with_cuda():
        pytest.skip("this is Paddle's GPU build")
    build.find_compiler()
    assert build.available(), build.reason()


@needs_operators
@pytest.mark.parametrize("name", FAST)
def test_output_and_gradients_are_the_plain_networks(name):
    config = FAST[name]
    paddle.seed(0)  # one z in 750 lies on a kink of an activation, where rounding decides about a gradient
    z = paddle.rand([1, 4, 40, 24])
    fast = build_network(config, 3)
    assert operators.usable(z)
    exact = build_network(config, 3, dtype="float64")
    np.testing.assert_allclose(fast(z).numpy(), exact(z.astype("float64")).numpy(), atol=1e-5)
    expected = gradients(exact, z.astype("float64"))
    for name, value in gradients(fast, z).items():
        # In front of a normalisation the true gradient of a bias is 0, and of a scale, as in coarse networks, nearly.
        if not name.endswith("conv.bias"):
            assert np.abs(value - expected[name]).max() < 1e-3 * np.abs(expected[name]).max() + 1e-7, name


@needs_operators
@pytest.mark.parametrize(
    "changes", [{}, {"pad": "replicate", "up_1x1": False}, {"down_kernel": 5, "skip": (0, 0, 3)}, {"down_kernel": 1}]
)
def test_one_call_gives_the_bits_of_its_blocks(changes, monkeypatch):
    names, found, z = [], [], paddle.rand([1, 4, 40, 24])
    monkeypatch.setattr(skip, "call", lambda name, *rest: names.append(name) or operators.call(name, *rest))
    for _ in range(2):
        network = build_network(replace(SMALL, **changes), 3)
        found.append(
            gradients(network, z) | {"image": network(z).numpy()} | {name: b.numpy() for name, b in network.named_buffers()}
        )
        monkeypatch.setattr(skip, "_whole", lambda network: None)
    assert names == ["dip_skip"] * 2
    for name, value in found[0].items():
        np.testing.assert_array_equal(value, found[1][name], err_msg=name)


@needs_operators
def test_one_call_is_for_a_z_that_does_not_learn():
    network, z = build_network(SMALL, 3), paddle.rand([1, 4, 40, 24])
    without = gradients(network, z)
    z.stop_gradient = False
    with_z = gradients(network, z)
    assert np.abs(z.grad.numpy()).max() > 0
    for name, value in without.items():
        np.testing.assert_array_equal(value, with_z[name], err_msg=name)


@needs_operators
def test_a_second_way_back_and_a_packed_graph_are_refused():
    network, z = build_network(SMALL, 3), paddle.rand([1, 4, 40, 24])
    loss = network(z).mean()
    loss.backward(retain_graph=True)
    with pytest.raises(Exception, match="once"):
        loss.backward()
    with paddle.autograd.saved_tensors_hooks(lambda tensor: tensor.numpy(), paddle.to_tensor):
        loss = network(z).mean()
    with pytest.raises(Exception, match="packed"):
        loss.backward()


@needs_operators
def test_a_weight_put_in_anothers_place_is_seen():
    network, z = build_network(SMALL, 3), paddle.rand([1, 4, 40, 24])
    before, conv = network(z).numpy(), network.scales[0].down1.conv
    conv.weight = paddle.create_parameter(conv.weight.shape, "float32", default_initializer=paddle.nn.initializer.Constant(0.1))
    with paddle.no_grad():
        assert np.abs(network(z).numpy() - before).max() > 0.01
    network(z).mean().backward()
    assert conv.weight.grad is not None


@needs_operators
@pytest.mark.parametrize(
    ("changes", "fast"),
    [
        ({}, True),
        ({"pad": "replicate"}, True),
        ({"pad": "zero"}, False),
        ({"pad": "zero", "upsampling": "nearest"}, True),
        ({"upsampling": ("bilinear", "nearest", "bilinear")}, True),
        ({"upsampling": ("bilinear", "transposed", "bilinear")}, False),
        ({"downsampling": "avg"}, False),
        ({"activation": "swish"}, False),
        ({"down_kernel": 5}, True),
        ({"up_kernel": 5}, False),
        ({"up_1x1": False}, True),
        ({"up_grid": "coarse", "pad": "zero", "up_kernel": 5}, True),
    ],
)
def test_other_options_take_the_plain_layers(changes, fast, monkeypatch):
    painted = []
    monkeypatch.setattr("paddle_dip.solver.networks.skip.paint", lambda network, z: painted.append(network))
    config = replace(SMALL, **changes)
    build_network(config, 3)(paddle.rand(config.input_shape(16, 24)))
    assert bool(painted) == fast


@needs_operators
def test_float64_takes_the_plain_layers():
    assert not operators.usable(paddle.rand([1, 4, 16, 16], dtype="float64"))


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"PADDLE_DIP_FAST": "0"}, 0),
        ({"PATH": "/nonexistent"}, 1),
        ({"CXX": "/bin/false"}, 1),
        ({"PADDLE_DIP_CACHE": "/proc/none"}, 1),
    ],
    ids=["switched off", "no compiler", "broken compiler", "no cache"],
)
def test_falls_back_with_one_line(tmp_path, variables, says):
    code = (
        "import paddle_dip.solver, paddle\n"
        "from paddle_dip.problem.networks import SkipConfig\n"
        "from paddle_dip.solver.networks import build_network\n"
        "from paddle_dip.solver.fast import build\n"
        "network = build_network(SkipConfig(down=(4,), up=(4,), skip=(2,), input_depth=2), 3)\n"
        "print(*network(paddle.rand([1, 2, 8, 8])).shape, build.available())\n"
    )
    environment = {**{k: v for k, v in os.environ.items() if k != "CXX"}, "PADDLE_DIP_CACHE": str(tmp_path), **variables}
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert result.stdout.split() == ["1", "3", "8", "8", "False"], result.stderr
    assert result.stderr.count("unavailable") == says and "Traceback" not in result.stderr, result.stderr


@needs_operators
@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
@pytest.mark.parametrize("name", ["skip", "skip, coarse", "pixel-shuffle", "transposed"])
def test_bf16_is_another_number_but_near(name):
    z = paddle.rand([1, 4, 40, 24])
    exact, rounded = (build_network(FAST[name], 3, precision=precision)(z).numpy() for precision in ("float32", "bf16"))
    assert 0 < np.abs(exact - rounded).max() < 0.05


@needs_operators
@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
def test_what_one_call_hands_on_in_bf16_paints_the_bits_of_its_blocks(monkeypatch):
    """A convolution rounds what it is given anyway."""
    names, painted, z = [], [], paddle.rand([1, 4, 40, 24])
    monkeypatch.setattr(skip, "call", lambda name, *rest: names.append(name) or operators.call(name, *rest))
    for _ in range(2):
        painted.append(build_network(SMALL, 3, precision="bf16")(z).numpy())
        monkeypatch.setattr(skip, "_whole", lambda network: None)
    assert names == ["dip_skip"]
    np.testing.assert_array_equal(*painted)


@needs_operators
@pytest.mark.skipif(not operators.has_bf16(), reason="this CPU has no bfloat16 products")
@pytest.mark.parametrize("changes", [{}, {"up_1x1": False}, {"up_grid": "coarse"}])
def test_gradients_in_bf16_point_the_same_way(changes):
    config = replace(SkipConfig(down=(32,) * 3, up=(32,) * 3, skip=(4,) * 3, input_depth=8), **changes)
    z = paddle.rand(config.input_shape(96, 64))
    exact, rounded = (gradients(build_network(config, 3, precision=precision), z) for precision in ("float32", "bf16"))
    for name in (name for name in exact if name.endswith("weight") and "norm" not in name):
        a, b = exact[name].ravel(), rounded[name].ravel()
        assert a @ b > 0.95 * np.linalg.norm(a) * np.linalg.norm(b), name
        assert np.linalg.norm(b) == pytest.approx(np.linalg.norm(a), rel=0.1), name


@pytest.mark.parametrize(("name", "family"), [("skip", "skip"), ("pixel-shuffle", "hourglass")])
def test_bf16_is_refused_where_it_can_not_be_had(monkeypatch, name, family):
    monkeypatch.setattr(f"paddle_dip.solver.networks.{family}.usable", lambda z: False)
    with pytest.raises(ValueError, match="take float32"):
        build_network(FAST[name], 3, precision="bf16")(paddle.rand([1, 4, 40, 24]))
