"""The trained networks, each built from its configuration."""

import torch
from torch import nn

from paddle_dip.trained.problem import architectures
from paddle_dip.trained.problem.architectures import Config
from torch_ref.trained.initialisation import initialise
from torch_ref.trained.networks.autoencoders import DigitAutoencoder, PhotoAutoencoder
from torch_ref.trained.networks.pix2pix import Discriminator, Generator
from torch_ref.trained.networks.removal import Critic, Filler

# configuration: network.
_NETWORKS = {
    architectures.CriticConfig: Critic,
    architectures.DigitAutoencoderConfig: DigitAutoencoder,
    architectures.DiscriminatorConfig: Discriminator,
    architectures.FillerConfig: Filler,
    architectures.GeneratorConfig: Generator,
    architectures.PhotoAutoencoderConfig: PhotoAutoencoder,
}


def build_network(config: Config, *, seed: int = 0, number: int = 0, dtype: str = "float32") -> nn.Module:
    """Return the network of `config` in train mode, its weights a function of `seed` and `number` (for several of one seed)."""
    network = _NETWORKS[type(config)](config)
    initialise(network, seed, law=config.initialisation, number=number)
    return network.to(dtype=getattr(torch, dtype))
