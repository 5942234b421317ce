"""Small networks beside the package's own, for the tests that run often: every family, every option of the skip network."""

from dataclasses import replace
from importlib.util import find_spec

import pytest

from paddle_dip.problem import networks
from paddle_dip.problem.networks import DeepDecoderConfig, HourglassConfig, SkipConfig, UNetConfig

# Three scales, one of them without a skip branch, all widths different.
SMALL = SkipConfig(down=(8, 12, 10), up=(6, 8, 14), skip=(4, 0, 2), input_depth=5)
SMALL_NETWORKS = {
    "small": SMALL,
    "small-zero": replace(SMALL, pad="zero"),
    "small-nearest": replace(SMALL, upsampling="nearest"),
    "small-mixed": replace(SMALL, upsampling=("nearest", "transposed", "bilinear")),
    "small-avg": replace(SMALL, downsampling="avg"),
    "small-max": replace(SMALL, downsampling="max"),
    "small-lanczos2": replace(SMALL, downsampling="lanczos2"),
    "small-swish": replace(SMALL, activation="swish"),
    "small-elu": replace(SMALL, activation="elu"),
    "small-kernels": replace(SMALL, down_kernel=5, up_kernel=5, up_1x1=False),
    "small-coarse": replace(SMALL, up_grid="coarse"),
    "small-coarse-transposed": replace(SMALL, up_grid="coarse", upsampling=("transposed", "nearest", "bilinear")),
    "small-pixel-shuffle": HourglassConfig(down=(4, 6, 16), up=(8, 12), skip=(0, 2)),
    "small-transposed": HourglassConfig(kind="transposed", down=(4, 6, 10), up=(5, 9), skip=(0, 3)),
    "small-unet": UNetConfig(widths=(6, 8, 10), input_depth=5),
    "small-unet-bilinear": UNetConfig(widths=(6, 8, 10), input_depth=5, pad="reflect", upsampling="bilinear"),
    "small-deep-decoder": DeepDecoderConfig(width=8, scales=3, input_depth=5),
}
# Without PyTorch (requirements-test.txt has it) there is nothing to compare with.
collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def plain(monkeypatch):
    """Paddle without its compiled operators, which step in in float32."""
    for family in ("skip", "hourglass"):
        monkeypatch.setattr(f"paddle_dip.solver.networks.{family}.usable", lambda z: False)


@pytest.fixture(autouse=True)
def _small_networks(monkeypatch):
    for name, config in SMALL_NETWORKS.items():
        monkeypatch.setitem(networks.NETWORKS, name, config)
