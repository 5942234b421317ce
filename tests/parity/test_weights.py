"""Weights survive the way to the other framework and back, and nothing is let through that doesn't fit or would run."""

import runpy
from collections import OrderedDict
from dataclasses import replace

import numpy as np
import paddle
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save as torch_safetensors
from torch import nn

from paddle_dip.errors import InputError
from paddle_dip.io.weights import check, chosen, from_reference, read_weights, reference_names, to_paddle, to_torch, write_weights
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.solver.networks import build_network as build_paddle
from paddle_dip.solver.state import write_weights as load_weights
from tests.conftest import ROOT, assert_refused, command
from tests.parity.conftest import SMALL
from torch_ref.networks import build_network as build_torch
from torch_ref.weights import read_torch, torch_bytes

REAL = tuple(NETWORKS.items())


def torch_network(config, channels=3):
    """A network with running statistics that aren't 0 and 1."""
    network = build_torch(config, channels, seed=3)
    with torch.no_grad():
        network(torch.rand(config.input_shape(64, 64)))
    return network


def assert_same_bits(a, b):
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].dtype == b[name].dtype and a[name].shape == b[name].shape and a[name].tobytes() == b[name].tobytes(), name


def state_of(network) -> dict:
    return {name: value.numpy() for name, value in network.state_dict().items()}


@pytest.mark.parametrize(("name", "config"), REAL, ids=[name for name, _ in REAL])
def test_torch_to_paddle_to_torch_is_bit_exact(name, config, tmp_path):
    start = torch_network(config)
    (tmp_path / "a.pth").write_bytes(torch_bytes(state_of(start)))
    weights = to_paddle(read_torch(tmp_path / "a.pth"))
    write_weights(tmp_path / "b.pdparams", weights)
    ours = build_paddle(config, 3)
    assert ours.set_state_dict(paddle.load(str(tmp_path / "b.pdparams"))) == ([], [])
    paddle.save(ours.state_dict(), str(tmp_path / "c.pdparams"))
    back = to_torch(read_weights(tmp_path / "c.pdparams"))
    assert_same_bits({k: v for k, v in state_of(start).items() if "num_batches_tracked" not in k}, back)
    again = build_torch(config, 3, seed=4)
    again.load_state_dict({k: torch.tensor(v) for k, v in back.items()}, strict=True)
    z = torch.rand(config.input_shape(64, 64))
    assert torch.equal(again(z), start(z))


def test_safetensors_both_ways(tmp_path):
    weights = state_of(build_paddle(SMALL, 3))
    write_weights(tmp_path / "w.safetensors", weights)
    assert_same_bits(weights, read_weights(tmp_path / "w.safetensors"))
    assert_same_bits(weights, load_file(tmp_path / "w.safetensors"))


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_files_that_paddle_wrote_are_read(protocol, tmp_path):
    network = build_paddle(SMALL, 3)
    paddle.save(network.state_dict(), str(tmp_path / "w.pdparams"), protocol=protocol)
    assert_same_bits(state_of(network), read_weights(tmp_path / "w.pdparams"))


def test_linear_weights_are_transposed():
    weights = {"fc.weight": np.arange(6.0).reshape(2, 3), "fc.bias": np.zeros(3)}
    assert to_torch(weights)["fc.weight"].shape == (3, 2)
    assert_same_bits({k: np.ascontiguousarray(v) for k, v in to_paddle(to_torch(weights)).items()}, weights)


def test_every_fault_is_listed():
    weights = {"a": np.zeros(2), "b": np.zeros(3), "x": np.zeros(1)}
    with pytest.raises(ValueError, match=r"missing: c; unexpected: x; wrong shape: b is \(3,\), not \(4,\)"):
        check(weights, {"a": (2,), "b": (4,), "c": (1,)})


class Block(nn.Sequential):
    """A Sequential whose members count from 1, as the original implementation's do."""

    def __init__(self, *members):
        super().__init__(OrderedDict((str(n), m) for n, m in enumerate(members, start=1)))


class Branches(nn.Module):
    def __init__(self, *branches):
        super().__init__()
        for number, branch in enumerate(branches):
            self.add_module(str(number), branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], dim=1)


def nested(config, channels):
    """A network nested as the original one's keys say, for a size that every scale halves evenly."""

    def padded(inputs, outputs, kernel, stride=1):
        pools = [nn.AvgPool2d(2)] if stride == 2 and config.downsampling == "avg" else []
        stride = 1 if pools else stride
        if config.pad == "zero":
            return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2), *pools)
        return nn.Sequential(nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel, stride), *pools)

    def unit(inputs, outputs, kernel, stride=1):
        return [padded(inputs, outputs, kernel, stride), nn.BatchNorm2d(outputs), nn.LeakyReLU(float(np.float32(config.slope)))]

    def level(index, inputs):
        down, up, skip = config.down[index], config.up[index], config.skip[index]
        last = index + 1 == len(config.down)
        below = down if last else config.up[index + 1]
        inner = [] if last else [Block(*level(index + 1, down))]
        up_two = nn.Upsample(scale_factor=2, mode=config.upsampling_at(index))
        kernel = config.down_kernel
        deeper = Block(*unit(inputs, down, kernel, 2), *unit(down, down, kernel), *inner, up_two)
        first = Branches(Block(*unit(inputs, skip, 1)), deeper) if skip else deeper
        merged = [first, nn.BatchNorm2d(skip + below), *unit(skip + below, up, 3)]
        return merged + unit(up, up, 1) if config.up_1x1 else merged

    return Block(*level(0, config.input_depth), padded(config.up[0], channels, 1), nn.Sigmoid())


ORIGINALS = {
    "small": SMALL,
    "five-scales": replace(NETWORKS["skip-64"], up=(64, 32, 16, 8, 4)),
    "large-hole": replace(SMALL, skip=(0, 0, 0), down_kernel=5, upsampling="nearest", up_1x1=False),
    "zero-avg": replace(SMALL, pad="zero", downsampling="avg", upsampling=("nearest", "bilinear", "nearest")),
}


@pytest.mark.parametrize("config", ORIGINALS.values(), ids=ORIGINALS)
def test_the_originals_state_dict_gives_the_same_image(config):
    original = nested(config, 3)
    weights = from_reference(state_of(original), config)
    ours = build_torch(config, 3)
    ours.load_state_dict({k: torch.tensor(v) for k, v in weights.items()}, strict=True)
    z = torch.rand(config.input_shape(64, 64))
    torch.testing.assert_close(ours(z), original(z), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "config",
    [
        NETWORKS["unet"],
        *(replace(SMALL, **change) for change in ({"upsampling": "transposed"}, {"pad": "replicate"}, {"up_grid": "coarse"})),
    ],
)
def test_networks_that_the_original_has_not_are_refused(config):
    with pytest.raises(ValueError, match="the original"):
        reference_names(config)


def test_the_originals_names_as_they_are_known():
    table = reference_names(NETWORKS["skip"])
    assert len(table) == 26 + 30
    assert table["1.0.1.1"] == "scales.0.skip.conv" and table["1.1.1.1"] == "scales.0.down1.conv"
    assert table["1.1.7.3.1"] == "scales.1.up1.conv" and table["9.1"] == "head"


def test_the_tool_converts_the_originals_weights(tmp_path):
    config = NETWORKS["skip-64"]
    original = nested(config, 3)
    torch.save(original.state_dict(), tmp_path / "original.pth")
    result = command("tools/convert_weights.py", tmp_path / "original.pth", tmp_path / "ours.pdparams", "--network", "skip-64")
    assert result.returncode == 0, result.stderr
    network = build_paddle(config, 3)
    assert network.set_state_dict(paddle.load(str(tmp_path / "ours.pdparams"))) == ([], [])
    z = np.random.default_rng(0).random((1, 32, 64, 64))
    image, wanted = network.to(dtype="float64")(paddle.to_tensor(z)), original.double()(torch.tensor(z))
    np.testing.assert_allclose(image.numpy(), wanted.detach().numpy(), rtol=0, atol=1e-8)  # epsilon and slope are float32 in Paddle


def test_the_tool_lists_what_does_not_fit(tmp_path):
    weights = to_torch(state_of(build_paddle(NETWORKS["skip-64"], 3)))
    weights["head.wait"] = weights.pop("head.weight")
    (tmp_path / "w.pth").write_bytes(torch_bytes(weights))
    result = command("tools/convert_weights.py", tmp_path / "w.pth", tmp_path / "w.safetensors", "--network", "skip-64")
    assert_refused(result, "missing: head.weight", "unexpected: head.wait")
    assert not (tmp_path / "w.safetensors").exists()


# 1/3 in bfloat16 has 8 bits of fraction: 171/512; its largest, a subnormal, and what isn't a number survive too.
BFLOAT16 = [1 / 3, 1.0, -2.5, 3.3895313892515355e38, 1e-40, float("inf")]


def bfloat16_files(folder):
    values = torch.tensor(BFLOAT16, dtype=torch.bfloat16)
    torch.save({"a": values}, folder / "w.pth")
    (folder / "w.safetensors").write_bytes(torch_safetensors({"a": values}))
    paddle.save({"a": paddle.to_tensor(BFLOAT16).astype("bfloat16")}, str(folder / "w.pdparams"))
    return values.float().numpy()


def test_bfloat16_is_read_as_float32_from_every_format(tmp_path):
    wanted = bfloat16_files(tmp_path)
    assert wanted[0] == 171 / 512
    for name, read in (("w.pth", read_torch), ("w.safetensors", read_weights), ("w.pdparams", read_weights)):
        assert_same_bits(read(tmp_path / name), {"a": wanted})


def test_every_other_dtype_of_a_safetensors_file_is_read_as_it_is(tmp_path):
    codes = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8")
    arrays = {code: np.array([[0, 1], [1, 0]]).astype(code) for code in codes}
    write_weights(tmp_path / "w.safetensors", arrays)
    assert_same_bits(read_weights(tmp_path / "w.safetensors"), arrays)


@pytest.mark.parametrize("key", ["state_dict", "params_ema", "params", "model"])
@pytest.mark.parametrize("prefix", ["", "module.", "module._orig_mod."])
def test_wrapped_weights_are_found_and_named(key, prefix, tmp_path):
    weights = {"a.weight": np.ones((2, 3), np.float32), "a.bias": np.zeros(2, np.float32)}
    named = {prefix + name: torch.tensor(value) for name, value in weights.items()}
    torch.save({key: named, "epoch": 3, "optimizer": {"state": {}, "lr": 0.1}}, tmp_path / "w.pth")
    tensors = {name: paddle.to_tensor(value.numpy()) for name, value in named.items()}
    paddle.save({key: tensors, "epoch": 3}, str(tmp_path / "w.pdparams"))
    for content in (read_torch(tmp_path / "w.pth"), read_weights(tmp_path / "w.pdparams")):
        found, where = chosen(content)
        assert_same_bits(found, weights)
        assert where.startswith(f"key {key}") and where.count("without the prefix") == prefix.count(".")


def test_one_of_several_sets_is_taken_by_its_key():
    content = {"params": {"a": np.zeros(1)}, "params_ema": {"a": np.ones(1)}}
    assert chosen(content, "params_ema") == ({"a": np.ones(1)}, "key params_ema")
    for key in (None, "a"):
        with pytest.raises(InputError, match=f"--key must be one of params, params_ema, not {key}"):
            chosen(content, key)
    with pytest.raises(InputError, match="--key a: the file has no keys"):
        chosen({"a": np.ones(1)}, "a")
    assert chosen({"module.a": np.ones(1), "b": np.ones(1)})[1] == ""  # a prefix is one only where every name has it


@pytest.mark.parametrize("suffix", [".safetensors", ".pdparams"])
def test_float16_weights_fit_a_network_of_float32(suffix, tmp_path):
    network = build_paddle(SMALL, 3)
    half = {name: value.astype(np.float16) for name, value in state_of(network).items()}
    write_weights(tmp_path / f"w{suffix}", half)
    load_weights(network, {f"network/{name}": value for name, value in read_weights(tmp_path / f"w{suffix}").items()})
    assert_same_bits(state_of(network), {name: value.astype(np.float32) for name, value in half.items()})


def test_what_is_no_float_is_listed():
    with pytest.raises(InputError, match="no floating-point numbers: a is int64"):
        check({"a": np.zeros(2, np.int64)}, {"a": (2,)})


def test_the_tool_says_what_it_took_and_what_it_wrote(tmp_path, capsys):
    weights = to_torch(state_of(build_paddle(NETWORKS["deep-decoder"], 3)))
    named = {f"module.{name}": torch.tensor(value).bfloat16() for name, value in weights.items()}
    torch.save({"params": named, "params_ema": named}, tmp_path / "w.pth")
    convert = runpy.run_path(str(ROOT / "tools" / "convert_weights.py"))["convert"]
    settings = {"network": "deep-decoder", "channels": 3, "names": "paddle"}
    convert(tmp_path / "w.pth", tmp_path / "w.safetensors", key="params_ema", **settings)
    words = f"{len(weights)} arrays, float32; from {tmp_path / 'w.pth'}, key params_ema, without the prefix module."
    assert capsys.readouterr().out == f"{tmp_path / 'w.safetensors'}: {words}\n"
    rounded = {name: torch.tensor(value).bfloat16().float().numpy() for name, value in weights.items()}
    assert_same_bits(to_torch(read_weights(tmp_path / "w.safetensors")), rounded)
    with pytest.raises(InputError, match="--key must be one of params, params_ema"):
        convert(tmp_path / "w.pth", tmp_path / "x.safetensors", key=None, **settings)
    assert not (tmp_path / "x.safetensors").exists()
