"""Trainings as frozen presets: every number, and where it comes from. Override one with `dataclasses.replace`."""

from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, replace
from typing import ClassVar

from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.problem.presets import PRECISIONS
from paddle_dip.trained.problem.architectures import (
    DigitAutoencoderConfig,
    DiscriminatorConfig,
    GeneratorConfig,
    PhotoAutoencoderConfig,
)
from paddle_dip.trained.problem.jitter import JITTERS

_REPOSITORY = "the Keras code behind the Pix2Pix-Deblurrer write-up"
_PAPER = "Isola et al. 2017"
FOR_A_CPU = "ours, for a CPU"
_AUTOENCODERS = "the PyTorch code behind the autoencoders' write-up"


class TrainingPreset:
    """What all trainings' presets have in common: dataclasses, each with these fields among others of its own."""

    __dataclass_fields__: ClassVar[dict[str, Field]]
    least_share: ClassVar[float] = 1e-9  # of the samples to test with
    epochs: int
    batch: int
    learning_rate: float
    betas: tuple[float, float]
    adam_epsilon: float
    weight_decay: float
    test_share: float
    precision: str
    sources: Mapping[str, str]

    def __post_init__(self):
        one_of("precision", self.precision, PRECISIONS)
        for name in ("epochs", "batch"):
            at_least(name, getattr(self, name), 1)
        if not self.least_share <= self.test_share < 1:
            raise InputError(f"test_share must be between 0 and 1, not {self.test_share}")

    def learning_rate_at(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0."""
        return self.learning_rate

    def settings(self) -> dict:
        """Return every setting as JSON-ready values, the sources left out."""
        values = asdict(replace(self, sources={}))
        del values["sources"]
        return _listed(values)


@dataclass(frozen=True)
class DeblurPreset(TrainingPreset):
    """All settings of a deblurrer's training but its data and its seed."""

    name: str
    epochs: int
    generator: GeneratorConfig = GeneratorConfig()
    discriminator: DiscriminatorConfig = DiscriminatorConfig()
    adversarial: bool = True  # beside the mean absolute difference; False: no discriminator, nothing of textures is guessed
    l1_weight: float = 100.0  # of the mean absolute difference, beside the adversarial loss
    discriminator_weight: float = 1.0
    learning_rate: float = 2e-4  # both Adams'
    betas: tuple[float, float] = (0.5, 0.999)
    adam_epsilon: float = 1e-7
    weight_decay: float = 0.0
    batch: int = 1
    jitter: str = "none"  # of the pairs, at random: "none", "crop" (and enlarge and flip), "turn" (and flip)
    cooldown: float = 0.0  # share of the epochs, the last ones, over which the learning rate falls towards nought, straight
    test_share: float = 0.2
    precision: str = "float32"  # "bf16": Paddle's autocast, on a GPU
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self):
        super().__post_init__()
        one_of("jitter", self.jitter, JITTERS)
        if not 0 <= self.cooldown <= 1:
            raise InputError(f"cooldown must be between 0 and 1, not {self.cooldown}")

    def learning_rate_at(self, epoch: int) -> float:
        return self.learning_rate * min((self.epochs - epoch) / (round(self.cooldown * self.epochs) + 1), 1)


@dataclass(frozen=True)
class AutoencoderPreset(TrainingPreset):
    """All settings of an autoencoder's training but its data and its seed."""

    name: str
    epochs: int
    batch: int
    weight_decay: float  # coupled, as torch's Adam has it
    network: DigitAutoencoderConfig | PhotoAutoencoderConfig
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    adam_epsilon: float = 1e-8
    erase: bool = True  # a new rectangle of each picture each epoch; the target is the clean picture
    test_share: float = 0.2
    precision: str = "float32"
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


def _listed(value):
    if isinstance(value, dict):
        return {key: _listed(v) for key, v in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _scaled(config, width: int):
    lists = {name: getattr(config, name) for name in ("down", "up") if hasattr(config, name)}
    return replace(config, **{name: tuple(n * width // config.down[0] for n in widths) for name, widths in lists.items()})


_DEBLUR_SOURCES = {
    "epochs": f"{_REPOSITORY}'s description: trained for 500",
    "generator": f"{_REPOSITORY}; innermost layer not normalised: {_PAPER}'s own code",
    "discriminator": _REPOSITORY,
    "adversarial": f"{_REPOSITORY}; {_PAPER}, 3.3",
    "l1_weight": f"{_REPOSITORY}; {_PAPER}, 3.3",
    "discriminator_weight": _REPOSITORY,
    "learning_rate": f"{_REPOSITORY}; {_PAPER}, 3.3",
    "betas": f"{_REPOSITORY}; {_PAPER}, 3.3",
    "adam_epsilon": "Keras' default",
    "weight_decay": "Keras' default: none",
    "batch": f"{_REPOSITORY}; {_PAPER}, 6.2",
    "jitter": f"{_REPOSITORY}: optional, off",
    "cooldown": f"{_REPOSITORY}: none",
    "test_share": f"{_REPOSITORY}: 8 to 2",
}
_REPOSITORY_DEBLUR = DeblurPreset(name="repository", epochs=500, sources=_DEBLUR_SOURCES)
_PAPER_DEBLUR = replace(
    _REPOSITORY_DEBLUR,
    name="paper",
    epochs=200,
    generator=GeneratorConfig(slope=0.2, epsilon=1e-5),
    discriminator=DiscriminatorConfig(slope=0.2, epsilon=1e-5),
    discriminator_weight=0.5,
    adam_epsilon=1e-8,
    jitter="crop",
    sources=_DEBLUR_SOURCES
    | {
        "epochs": f"{_PAPER}, 6.2: small data sets",
        "generator": f"{_PAPER}, 6.1: LeakyReLU 0.2; BatchNorm's epsilon is its code's framework's default",
        "discriminator": f"{_PAPER}, 6.1: LeakyReLU 0.2; as large as the repository's",
        "discriminator_weight": f"{_PAPER}, 3.3: halved",
        "adam_epsilon": "its code's framework's default",
        "jitter": f"{_PAPER}, 6.2",
    },
)
_SMALL_DEBLUR = replace(
    _REPOSITORY_DEBLUR,
    name="small",
    epochs=150,
    generator=_scaled(GeneratorConfig(), 32),
    discriminator=_scaled(DiscriminatorConfig(), 32),
    l1_weight=1000.0,
    jitter="turn",
    cooldown=0.5,
    sources=_DEBLUR_SOURCES
    | {
        "epochs": f"{FOR_A_CPU}: about an hour of one core with 64 pairs of 256x256",
        "generator": f"{FOR_A_CPU}: half the repository's widths",
        "discriminator": f"{FOR_A_CPU}: half the repository's widths",
        "l1_weight": f"{FOR_A_CPU}: with 100, and enlarged crops, 0.7 dB lower after 11 epochs (docs/trained.md)",
        "jitter": f"{FOR_A_CPU}: few photos become eight times as many, and the blur stays as strong as it is",
        "cooldown": "the usual options of pytorch-CycleGAN-and-pix2pix: the second half",
    },
)
_FAITHFUL_DEBLUR = replace(
    _SMALL_DEBLUR,
    name="faithful",
    adversarial=False,
    sources={**_SMALL_DEBLUR.sources, "adversarial": f"{FOR_A_CPU}: {_PAPER}, 3.3's L1 alone, which invents no textures"},
)
_AUTOENCODER_SOURCES = {
    "epochs": _AUTOENCODERS,
    "batch": _AUTOENCODERS,
    "weight_decay": _AUTOENCODERS,
    "network": _AUTOENCODERS,
    "learning_rate": _AUTOENCODERS,
    "betas": "PyTorch's default",
    "adam_epsilon": "PyTorch's default",
    "erase": f"{_AUTOENCODERS} erases; the clean target is ours (with the erased one as the target nothing is restored)",
    "test_share": _AUTOENCODERS,
}
DEBLUR_PRESETS = {"repository": _REPOSITORY_DEBLUR, "paper": _PAPER_DEBLUR, "small": _SMALL_DEBLUR, "faithful": _FAITHFUL_DEBLUR}
AUTOENCODER_PRESETS = {
    "digits": AutoencoderPreset(
        name="digits", epochs=30, batch=256, weight_decay=1e-5, network=DigitAutoencoderConfig(), sources=_AUTOENCODER_SOURCES
    ),
    "photos": AutoencoderPreset(
        name="photos",
        epochs=400,
        batch=64,
        weight_decay=1e-8,
        network=PhotoAutoencoderConfig(),
        sources=_AUTOENCODER_SOURCES | {"epochs": "the write-up: 400 were done; the code asks for 10,000"},
    ),
}


def deblur_preset(name: str, *, width: int | None = None) -> DeblurPreset:
    """Return the preset `name`, with a width with networks whose first layer has so many channels, and the others in proportion.

    Raises InputError for an unknown name or a width below 1.
    """
    preset = DEBLUR_PRESETS[one_of("preset", name, DEBLUR_PRESETS)]
    if width is None:
        return preset
    at_least("width", width, 1)
    return replace(preset, generator=_scaled(preset.generator, width), discriminator=_scaled(preset.discriminator, width))
