"""The trained networks, each built from its configuration."""

from paddle import nn

from paddle_dip.trained.initialisation import initialise
from paddle_dip.trained.networks.autoencoders import DigitAutoencoder, PhotoAutoencoder
from paddle_dip.trained.networks.pix2pix import Discriminator, Generator
from paddle_dip.trained.networks.removal import Critic, Filler
from paddle_dip.trained.problem import architectures
from paddle_dip.trained.problem.architectures import Config

# configuration: network.
_NETWORKS = {
    architectures.CriticConfig: Critic,
    architectures.DigitAutoencoderConfig: DigitAutoencoder,
    architectures.DiscriminatorConfig: Discriminator,
    architectures.FillerConfig: Filler,
    architectures.GeneratorConfig: Generator,
    architectures.PhotoAutoencoderConfig: PhotoAutoencoder,
}


def build_network(config: Config, *, seed: int = 0, number: int = 0, dtype: str = "float32") -> nn.Layer:
    """Return the network of `config` in train mode, its weights a function of `seed` and `number` (for several of one seed)."""
    network = _NETWORKS[type(config)](config)
    initialise(network, seed, law=config.initialisation, number=number)
    return network.to(dtype=dtype)
