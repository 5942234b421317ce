"""Both frameworks agree on the trained networks at every stage: small ones often, the real ones under the marker parity."""

from dataclasses import replace

import numpy as np
import paddle
import pytest
import torch

from paddle_dip.io.weights import read_weights, to_paddle, to_torch, write_weights
from paddle_dip.trained.networks import build_network as build_paddle
from paddle_dip.trained.problem.architectures import (
    CriticConfig,
    DigitAutoencoderConfig,
    DiscriminatorConfig,
    FillerConfig,
    GeneratorConfig,
    PhotoAutoencoderConfig,
)
from paddle_dip.trained.problem.presets import DEBLUR_PRESETS, deblur_preset
from paddle_dip.trained.problem.removal_presets import REMOVAL_PRESETS
from tests.parity.sides import failures
from tests.parity.trained_sides import PADDLE, TORCH, array, autoencoding, deblurring, filling, ladder, removal, uniform
from torch_ref.trained.networks import build_network as build_torch
from torch_ref.weights import read_torch, torch_bytes

# All widths different. The weights of the real ones' laws would be too small for so few channels to matter.
SMALL_GENERATOR = GeneratorConfig(down=(4, 6, 8, 10), up=(9, 7, 5), dropouts=2, initialisation="torch")
SMALL_DISCRIMINATOR = DiscriminatorConfig(down=(4, 6, 8), initialisation="torch")
SMALL_FILLER = FillerConfig(width=4, coarse_rates=(1, 2, 8), refine_rates=(1, 4), initialisation="torch")
SMALL_CRITIC = CriticConfig(size=64, down=(4, 6, 8), initialisation="torch")
ALL = (
    deblur_preset("repository", width=8).generator,
    DiscriminatorConfig(),
    DigitAutoencoderConfig(),
    PhotoAutoencoderConfig(),
    FillerConfig(),
    CriticConfig(),
)


def small(preset: str, **changes):
    generator = replace(SMALL_GENERATOR, slope=DEBLUR_PRESETS[preset].generator.slope, **changes)
    return replace(DEBLUR_PRESETS[preset], generator=generator, discriminator=SMALL_DISCRIMINATOR)


def names(stages) -> set[str]:
    return {stage.name for stage in stages}


def rounded(stages) -> dict[str, float]:
    """The gradients that agree only because they are small (they are 1e-12 behind many gates; sums that cancel are 4e-8 apart)."""
    return {s.name: s.max_rel for s in stages if s.name.startswith("grad/") and s.max_rel > 1e-6}


@pytest.mark.parametrize("preset", DEBLUR_PRESETS)
@pytest.mark.parametrize(("batch", "height", "width"), [(1, 32, 48), (3, 16, 32)])
def test_deblurring_with_dropout(preset, batch, height, width):
    stages = ladder(deblurring, small(preset), batch=batch, height=height, width=width, steps=5)
    assert not failures(stages)
    assert {"data", "forward", "loss", "params_1", "params_5", "grad/generator.downs.0.conv.bias"} <= names(stages)


def test_deblurring_where_one_value_a_channel_is_normalised():
    """Paddle's own BatchNorm passes x through there, torch's raises: with either the ladder would fail."""
    stages = ladder(deblurring, small("repository", innermost_norm=True), batch=1, height=16, width=16, steps=2)
    assert not failures(stages)
    generator = build_paddle(replace(SMALL_GENERATOR, innermost_norm=True))
    norm = generator.downs[3].norm
    norm.bias.set_value(np.arange(10, dtype=np.float32))
    np.testing.assert_array_equal(norm(paddle.rand([1, 10, 1, 1])).numpy().ravel(), np.arange(10))


@pytest.mark.parametrize(
    ("config", "shape"), [(DigitAutoencoderConfig(), (5, 1, 28, 28)), (PhotoAutoencoderConfig(size=128), (3, 3, 128, 128))]
)
def test_autoencoders(config, shape):
    stages = ladder(autoencoding, config, shape=shape, steps=3, decay=1e-5)
    assert not failures(stages)
    assert {"data", "forward", "loss", "buffers", "params_3", "grad/code.0.weight", "grad/head.weight"} <= names(stages)


@pytest.mark.parametrize(("batch", "height", "width"), [(1, 64, 64), (2, 64, 64)])
def test_filling_with_the_gradient_penalty(batch, height, width):
    stages = ladder(filling, SMALL_FILLER, SMALL_CRITIC, batch=batch, height=height, width=width)
    assert not failures(stages) and not rounded(stages)
    assert {"data", "forward", "loss", "grad/critic.convs.0.weight", "grad/filler.coarse.layers.0.gate.weight"} <= names(stages)


@pytest.mark.parametrize(("batch", "fourier_weight"), [(1, 0.0), (2, 1.0)])
def test_removal_with_a_filler_that_changes_less_often(batch, fourier_weight):
    settings = {"filler": SMALL_FILLER, "critic": SMALL_CRITIC, "critic_steps": 2, "fourier_weight": fourier_weight}
    stages = ladder(removal, replace(REMOVAL_PRESETS["small"], **settings), batch=batch, steps=4)
    assert not failures(stages)
    assert {
        "data",
        "loss",
        "params_1",
        "params_4",
        "grad/critic.convs.0.weight",
        "grad/filler.refine.head.conv.gate.weight",
    } <= names(stages)


@pytest.mark.parametrize("shape", [(2, 3, 8, 12), (1, 3, 7, 5)])
def test_the_fourier_loss(shape):
    """Against NumPy, and the gradients against each other."""
    picture, target = uniform(0, 1, *shape), uniform(1, 2, *shape) ** 2
    apart = np.fft.rfft2(picture - target, norm="ortho")
    values, slopes = [], []
    for side in (PADDLE, TORCH):
        x = side.tensor(picture)
        if side is PADDLE:
            x.stop_gradient = False
        else:
            x.requires_grad_()
        loss = side.losses.fourier_l1(x, side.tensor(target))
        loss.backward()
        values.append(loss.item())
        slopes.append(array(x.grad))
    np.testing.assert_allclose(values, np.abs(apart.real).mean() + np.abs(apart.imag).mean(), rtol=1e-12)
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=0, atol=1e-14)


def test_a_picture_that_is_not_square_is_filled_alike():
    picture, hole = uniform(-1, 1, 1, 3, 48, 96), np.zeros((1, 1, 48, 96))
    hole[:, :, 5:20, 30:50] = 1
    outputs = []
    for side in (PADDLE, TORCH):
        filler = side.networks.build_network(SMALL_FILLER, dtype="float64")
        outputs.append([array(x) for x in filler(side.tensor(picture * (1 - hole)), side.tensor(hole))])
    for ours, theirs in zip(*outputs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


@pytest.mark.parametrize("config", ALL, ids=lambda c: type(c).__name__)
def test_weights_round_trip_bit_exact(config, tmp_path):
    """torch -> .pth -> Paddle's names -> .pdparams -> Paddle -> torch, every bit; and Paddle takes them all."""
    start = {name: value.numpy() for name, value in build_torch(config, seed=3).state_dict().items() if "num_batches" not in name}
    (tmp_path / "a.pth").write_bytes(torch_bytes(start))
    write_weights(tmp_path / "b.pdparams", to_paddle(read_torch(tmp_path / "a.pth")))
    ours = build_paddle(config)
    assert ours.set_state_dict(paddle.load(str(tmp_path / "b.pdparams"))) == ([], [])
    write_weights(tmp_path / "c.safetensors", {name: value.numpy() for name, value in ours.state_dict().items()})
    back = to_torch(read_weights(tmp_path / "c.safetensors"))
    assert back.keys() == start.keys()
    assert all(back[name].shape == start[name].shape and back[name].tobytes() == start[name].tobytes() for name in start)
    build_torch(config).load_state_dict({name: torch.tensor(value) for name, value in back.items()}, strict=False)


@pytest.mark.parity
@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("preset", DEBLUR_PRESETS)
def test_the_real_deblurrer(preset, legacy):
    chosen = deblur_preset(preset)
    chosen = replace(chosen, generator=replace(chosen.generator, innermost_norm=legacy))
    assert not failures(ladder(deblurring, chosen, batch=1, height=256, width=256, steps=1))


@pytest.mark.parity
def test_the_real_photo_autoencoder():
    assert not failures(ladder(autoencoding, PhotoAutoencoderConfig(), shape=(2, 3, 512, 512), steps=1, decay=1e-8))


@pytest.mark.parity
def test_the_real_filler_and_critic():
    stages = ladder(filling, FillerConfig(), replace(CriticConfig(), size=256), batch=1, height=256, width=256)
    assert not failures(stages) and not rounded(stages)
