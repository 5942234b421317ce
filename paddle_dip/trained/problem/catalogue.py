"""The trained networks by name, as the `networks` command lists them: each as its paper or repository has it."""

from paddle_dip.trained.problem.architectures import (
    CriticConfig,
    DigitAutoencoderConfig,
    DiscriminatorConfig,
    FillerConfig,
    GeneratorConfig,
    PhotoAutoencoderConfig,
)

Config = CriticConfig | DigitAutoencoderConfig | DiscriminatorConfig | FillerConfig | GeneratorConfig | PhotoAutoencoderConfig
TRAINED_NETWORKS: dict[str, Config] = {
    "deblurrer": GeneratorConfig(),
    "deblurrer-discriminator": DiscriminatorConfig(),
    "digit-autoencoder": DigitAutoencoderConfig(),
    "photo-autoencoder": PhotoAutoencoderConfig(),
    "object-remover": FillerConfig(),
    "object-remover-critic": CriticConfig(),
}
