"""What a network that learns from a data set is made of, as frozen dataclasses; no framework."""

from dataclasses import dataclass

from paddle_dip.errors import InputError


@dataclass(frozen=True)
class GeneratorConfig:
    """Pix2Pix's U-Net; 54,414,019 trainable parameters as it stands. Sides must be multiples of 2 ** len(down)."""

    down: tuple[int, ...] = (64, 128, 256, 512, 512, 512, 512, 512)  # channels, the finest scale first
    up: tuple[int, ...] = (512, 512, 512, 512, 256, 128, 64)  # channels, the coarsest scale first; one entry fewer than down
    dropouts: int = 3  # of the ways up, the coarsest ones, are followed by dropout ...
    dropout: float = 0.5  # ... with this probability
    slope: float = 0.3  # LeakyReLU's negative slope on the way down
    epsilon: float = 1e-3  # BatchNorm's
    innermost_norm: bool = False  # "legacy": normalise the innermost layer too, where one value a channel is left of 256 pixels
    initialisation: str = "pix2pix"


@dataclass(frozen=True)
class DiscriminatorConfig:
    """PatchGAN: judges patches of a picture beside the picture it was made from; 2,768,705 trainable parameters as it stands."""

    down: tuple[int, ...] = (64, 128, 256, 512)
    slope: float = 0.3
    epsilon: float = 1e-3
    initialisation: str = "pix2pix"


@dataclass(frozen=True)
class DigitAutoencoderConfig:
    """The autoencoder of 28x28 grey digits; 87,125 trainable parameters as it stands."""

    latent: int = 4
    initialisation: str = "torch"


@dataclass(frozen=True)
class PhotoAutoencoderConfig:
    """The autoencoder of square colour photos; 1,137,379 trainable parameters as it stands. size: a multiple of 64."""

    size: int = 512
    latent: int = 128
    initialisation: str = "torch"

    def __post_init__(self):
        if self.size < 64 or self.size % 64:
            raise InputError(f"size must be a multiple of 64, not {self.size}")


@dataclass(frozen=True)
class FillerConfig:
    """The two-stage generator that fills holes; 2,722,791 trainable parameters as it stands. Sides must be multiples of 16."""

    width: int = 32  # channels of the finest scale
    coarse_rates: tuple[int, ...] = (1, 1, 1, 2, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8)  # dilations of the first stage's bottleneck
    refine_rates: tuple[int, ...] = (1, 2, 4, 8, 16)  # of the second's
    sharpness: float = 10.0  # the attention's softmax scale
    initialisation: str = "hifill"


@dataclass(frozen=True)
class CriticConfig:
    """The WGAN critic of filled pictures; 5,961,601 trainable parameters as it stands. size: a multiple of 2 ** len(down)."""

    size: int = 512
    down: tuple[int, ...] = (64, 128, 256, 256, 256, 256)
    slope: float = 0.2
    initialisation: str = "hifill"


Config = CriticConfig | DigitAutoencoderConfig | DiscriminatorConfig | FillerConfig | GeneratorConfig | PhotoAutoencoderConfig

# By the names that the `networks` command lists, each as its paper or repository has it.
TRAINED_NETWORKS: dict[str, Config] = {
    "deblurrer": GeneratorConfig(),
    "deblurrer-discriminator": DiscriminatorConfig(),
    "digit-autoencoder": DigitAutoencoderConfig(),
    "photo-autoencoder": PhotoAutoencoderConfig(),
    "object-remover": FillerConfig(),
    "object-remover-critic": CriticConfig(),
}
