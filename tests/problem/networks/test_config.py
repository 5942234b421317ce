"""Configurations refuse what can't be built, and say what z must be like."""

from dataclasses import replace

import pytest

from paddle_dip.problem.networks import DeepDecoderConfig, HourglassConfig, SkipConfig, UNetConfig
from paddle_dip.problem.networks.config import network_size

SKIP, TRANSPOSED = SkipConfig(), HourglassConfig(kind="transposed", up=(8, 16, 32, 64, 128))


@pytest.mark.parametrize(("canvas", "size"), [((1, 1), (64, 64)), ((64, 65), (64, 96)), ((288, 200), (288, 224))])
def test_network_size_is_a_multiple_that_reflection_can_pad(canvas, size):
    assert network_size(canvas, 5) == size


@pytest.mark.parametrize(
    ("config", "shape"),
    [
        (SKIP, (1, 32, 96, 192)),
        (replace(SKIP, down_kernel=5), (1, 32, 96, 192)),
        (replace(SKIP, down_kernel=7), (1, 32, 128, 192)),  # reflection by 3 pixels needs 4 at the deepest scale
        (HourglassConfig(), (1, 3, 128, 192)),
        (UNetConfig(), (1, 32, 80, 176)),
        (DeepDecoderConfig(), (1, 128, 3, 6)),  # doubled 5 times
        (DeepDecoderConfig(scales=6), (1, 128, 2, 3)),
    ],
)
def test_z_is_as_large_as_the_canvas_but_for_the_deep_decoder(config, shape):
    assert config.input_shape(70, 161) == shape


@pytest.mark.parametrize(
    ("config", "changes"),
    [
        (SKIP, {"up": (128,) * 4}),
        (SKIP, {"skip": (4,) * 6}),
        (SKIP, {"skip": (4, 4, -1, 4, 4)}),
        (SKIP, {"down": (), "up": (), "skip": ()}),
        (SKIP, {"upsampling": ("bilinear",) * 4}),
        (SKIP, {"upsampling": ("bilinear",) * 4 + ("bicubic",)}),
        (SKIP, {"upsampling": "bicubic"}),
        (SKIP, {"downsampling": "lanczos3"}),
        (SKIP, {"activation": "relu"}),
        (SKIP, {"pad": "reflection"}),
        (SKIP, {"down_kernel": 4}),
        (SKIP, {"up_kernel": -1}),
        (SKIP, {"up_grid": "middle"}),
        (SKIP, {"up_grid": "coarse", "up_1x1": False}),
        (SKIP, {"input_depth": 0}),
        (TRANSPOSED, {"kind": "nearest"}),
        (TRANSPOSED, {"skip": (0,) * 6}),
        (TRANSPOSED, {"up": (8, 16, 4, 64, 128)}),
        (HourglassConfig(), {"up": (16, 16, 30, 64, 128)}),
        (UNetConfig(), {"widths": (16,)}),
        (UNetConfig(), {"pad": "none"}),
        (UNetConfig(), {"upsampling": "deconv"}),
        (DeepDecoderConfig(), {"width": 0}),
        (DeepDecoderConfig(), {"scales": 0}),
    ],
)
def test_what_can_not_be_built_is_refused(config, changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        replace(config, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"pad": "zero"},
        {"upsampling": ("bilinear", "bilinear", "bilinear", "bilinear", "transposed")},
        {"downsampling": "avg"},
        {"activation": "elu"},
        {"up_kernel": 5},
    ],
)
def test_the_compiled_operators_have_not_every_option(changes):
    assert SKIP.compiled and replace(SKIP, pad="replicate", skip=(0,) * 5, upsampling=("bilinear",) * 5).compiled
    assert replace(SKIP, pad="zero", upsampling="nearest", down_kernel=5, up_kernel=5, up_1x1=False).compiled
    assert not replace(SKIP, **changes).compiled
