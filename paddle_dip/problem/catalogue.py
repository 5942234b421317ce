"""The networks by name: the example configurations that the `networks` command lists and the parity ladder climbs."""

from paddle_dip.errors import InputError
from paddle_dip.problem.architectures import DeepDecoderConfig, HourglassConfig, NetworkConfig, SkipConfig, UNetConfig

NETWORKS: dict[str, NetworkConfig] = {
    "skip": SkipConfig(),  # the paper's
    "skip-64": SkipConfig(down=(64,) * 5, up=(64,) * 5),  # the fast preset's
    "pixel-shuffle": HourglassConfig(),
    "transposed": HourglassConfig(kind="transposed", up=(8, 16, 32, 64, 128)),
    "unet": UNetConfig(),
    "deep-decoder": DeepDecoderConfig(),
}


def network_config(name: str) -> NetworkConfig:
    """Return the configuration called `name`; raises InputError where there is none."""
    if name not in NETWORKS:
        raise InputError(f"network must be one of {', '.join(NETWORKS)}, not {name}")
    return NETWORKS[name]
