"""What each network is made of: one file a family, with its configuration and all that follows from it. No framework.

How a network computes is in paddle_dip.solver.networks, and mirrored in torch_ref.networks, under the same file names.
"""

from paddle_dip.errors import one_of
from paddle_dip.problem.networks.config import NetworkConfig
from paddle_dip.problem.networks.deep_decoder import DeepDecoderConfig
from paddle_dip.problem.networks.hourglass import HourglassConfig
from paddle_dip.problem.networks.skip import SkipConfig
from paddle_dip.problem.networks.unet import UNetConfig

FAMILIES: tuple[type[NetworkConfig], ...] = (SkipConfig, HourglassConfig, UNetConfig, DeepDecoderConfig)
# The networks by name: what the `networks` command lists and the parity ladder climbs.
NETWORKS: dict[str, NetworkConfig] = {name: config for family in FAMILIES for name, config in family.examples().items()}


def network_config(name: str) -> NetworkConfig:
    """Return the configuration called `name`; raises InputError where there is none."""
    return NETWORKS[one_of("network", name, NETWORKS)]
