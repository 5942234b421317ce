"""Every network: its number of parameters is its identity, its output the image's, and every parameter learns."""

from dataclasses import replace

import numpy as np
import paddle
import pytest

from paddle_dip.evaluation.parity.names import without_gradient
from paddle_dip.problem.networks import NETWORKS, DeepDecoderConfig, HourglassConfig, SkipConfig, UNetConfig
from paddle_dip.solver.networks import build_network, trainable_parameters

SKIP = SkipConfig(down=(8, 12), up=(6, 10), skip=(4, 0), input_depth=5)
SMALL = {
    "skip": SKIP,
    "skip-options": replace(SKIP, pad="zero", upsampling=("nearest", "transposed"), downsampling="lanczos2", activation="elu"),
    "pixel-shuffle": HourglassConfig(down=(4, 6, 16), up=(8, 12), skip=(0, 2)),
    "transposed": HourglassConfig(kind="transposed", down=(4, 6, 10), up=(5, 9), skip=(0, 3)),
    "unet": UNetConfig(widths=(6, 8, 10), input_depth=5),
    "deep-decoder": DeepDecoderConfig(width=8, scales=3, input_depth=5),
}


# The large-hole inpainting's network of the reference.
LIBRARY = SkipConfig(
    down=(16, 32, 64, 128, 128, 128),
    up=(16, 32, 64, 128, 128, 128),
    skip=(0,) * 6,
    input_depth=1,
    upsampling="nearest",
    down_kernel=5,
    up_1x1=False,
)
UNET = NETWORKS["unet"]


@pytest.mark.parametrize(
    ("config", "channels", "count"),
    [
        # The write-up's own counts.
        (NETWORKS["pixel-shuffle"], 3, 1_412_801),
        (NETWORKS["transposed"], 3, 1_786_545),
        # Counted on networks that the reference's models/skip.py and models/unet.py built.
        (LIBRARY, 3, 2_996_467),
        (UNET, 3, 2_469_539),
        (replace(UNET, upsampling="bilinear"), 3, 2_164_899),
        (replace(UNET, widths=(8, 16, 32, 64, 128)), 3, 619_475),
        # What the notebooks of the deep decoder's authors print.
        (DeepDecoderConfig(width=64, scales=4, input_depth=64), 1, 21_184),
        (DeepDecoderConfig(width=256, scales=5, input_depth=256), 4, 397_312),
        # By the same formula: 6 layers of 128 * 128 + 2 * 128, and 128 * 3.
        (NETWORKS["deep-decoder"], 3, 100_224),
    ],
)
def test_has_the_sources_number_of_parameters(config, channels, count):
    assert trainable_parameters(build_network(config, channels)) == count


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(32, 32), (24, 40)])
@pytest.mark.parametrize("name", SMALL)
def test_paints_an_image_of_the_canvas_size(name, size, channels):
    network = build_network(SMALL[name], channels)
    image = network(paddle.rand(SMALL[name].input_shape(*size)))
    assert image.shape == [1, channels, *size]
    assert float(image.min()) > 0 and float(image.max()) < 1


@pytest.mark.parametrize("name", SMALL)
def test_every_trainable_parameter_gets_a_gradient(name):
    network = build_network(SMALL[name], 3, dtype="float64")
    network(paddle.rand(SMALL[name].input_shape(24, 16), dtype="float64")).square().mean().backward()
    gradients = {n: p.grad.numpy() for n, p in network.named_parameters() if not p.stop_gradient}
    for n in gradients.keys() - without_gradient(gradients, zero_pad=name == "skip-options"):
        assert np.abs(gradients[n]).max() > 0, n


@pytest.mark.parametrize("name", SMALL)
def test_same_seed_same_weights_other_seed_others(name):
    first, same, other = (weights(build_network(SMALL[name], 3, seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def weights(network) -> np.ndarray:
    return np.concatenate([p.numpy().ravel() for p in network.parameters()])


@pytest.mark.parametrize("name", ["skip-options", "unet", "deep-decoder"])
def test_bf16_is_refused_where_there_are_no_compiled_layers(name):
    with pytest.raises(ValueError, match="take float32"):
        build_network(SMALL[name], 3, precision="bf16")(paddle.rand(SMALL[name].input_shape(24, 16)))
