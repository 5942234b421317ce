"""The networks, each built from its configuration."""

from paddle import nn

from paddle_dip.problem.networks import DeepDecoderConfig, HourglassConfig, NetworkConfig, SkipConfig, UNetConfig
from paddle_dip.solver.initialisation import initialise
from paddle_dip.solver.networks.deep_decoder import DeepDecoder
from paddle_dip.solver.networks.hourglass import Hourglass
from paddle_dip.solver.networks.skip import Skip
from paddle_dip.solver.networks.unet import UNet
from paddle_dip.solver.precision import Dtype

# configuration: network.
_NETWORKS = {SkipConfig: Skip, HourglassConfig: Hourglass, UNetConfig: UNet, DeepDecoderConfig: DeepDecoder}


def build_network(
    config: NetworkConfig,
    channels: int,
    *,
    seed: int = 0,
    initialisation: str = "torch",
    dtype: Dtype = "float32",
    precision: str = "float32",
) -> nn.Layer:
    """Return the network of `config` for images of `channels` channels, its weights a function of `seed` and `initialisation`.

    precision: of the products inside the convolutions, "float32" (which leaves float64 as it is) or "bf16".
    It is in train mode and stays there: batch statistics are the image's own, and running ones would lag behind it.
    """
    network = _NETWORKS[type(config)](config, channels)
    initialise(network, seed, law=initialisation)
    network.bf16 = precision == "bf16"
    return network.to(dtype=dtype)


def trainable_parameters(network: nn.Layer) -> int:
    """Return how many numbers training changes (Paddle's parameters() also lists BatchNorm's running statistics)."""
    return sum(p.size for p in network.parameters() if not p.stop_gradient)
