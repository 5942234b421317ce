"""The networks, each built from its configuration."""

import torch
from torch import nn

from paddle_dip.problem.networks import DeepDecoderConfig, HourglassConfig, NetworkConfig, SkipConfig, UNetConfig
from torch_ref.initialisation import initialise
from torch_ref.networks.deep_decoder import DeepDecoder
from torch_ref.networks.hourglass import Hourglass
from torch_ref.networks.skip import Skip
from torch_ref.networks.unet import UNet

# configuration: network.
_NETWORKS = {SkipConfig: Skip, HourglassConfig: Hourglass, UNetConfig: UNet, DeepDecoderConfig: DeepDecoder}


def build_network(
    config: NetworkConfig,
    channels: int,
    *,
    seed: int = 0,
    initialisation: str = "torch",
    dtype: str = "float32",
    precision: str = "float32",
    device: str = "cpu",
) -> nn.Module:
    """Return the network of `config` for images of `channels` channels, its weights a function of `seed` and `initialisation`.

    precision: of the products inside the convolutions, "float32" (which leaves float64 as it is) or "bf16".
    It is in train mode and stays there: batch statistics are the image's own, and running ones would lag behind it.
    """
    network = _NETWORKS[type(config)](config, channels)
    initialise(network, seed, law=initialisation)
    network.bf16 = precision == "bf16"
    return network.to(device=device, dtype=getattr(torch, dtype))


def trainable_parameters(network: nn.Module) -> int:
    """Return how many numbers training changes."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
