"""Object removal's trainings as frozen presets: every number, and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.trained.problem.architectures import CriticConfig, FillerConfig
from paddle_dip.trained.problem.presets import FOR_A_CPU, TrainingPreset

_WRITE_UP = "the write-up on object removal, after Yi et al. 2020"


@dataclass(frozen=True)
class RemovalPreset(TrainingPreset):
    """All settings of an object removal's training but its photos and its seed."""

    least_share: ClassVar[float] = 0.0
    name: str
    epochs: int
    batch: int = 4
    filler: FillerConfig = FillerConfig()
    critic: CriticConfig = CriticConfig()  # its size is that of the views
    critic_steps: int = 3  # the filler changes at the first of every so many steps, the critic at each
    adversarial_weight: float = 0.001
    hole_weight: float = 1.2
    outside_weight: float = 1.2
    coarse_weight: float = 1.2  # of the first guess's differences, beside the filled picture's
    fourier_weight: float = 0.0  # of the spectra's mean absolute difference; 0: none
    penalty_weight: float = 10.0  # of WGAN-GP's gradient penalty
    learning_rate: float = 1e-4  # both Adams'
    betas: tuple[float, float] = (0.5, 0.9)
    adam_epsilon: float = 1e-8
    weight_decay: float = 0.0
    views: int = 1  # how often an epoch sees each photo, each time another square of it with another hole
    fixed: bool = False  # always the middle square with one and the same hole: to see whether a training learns anything at all
    test_share: float = 0.2  # 0: test with the photos learnt from
    precision: str = "float32"
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self):
        super().__post_init__()
        least = 2 ** len(self.critic.down)
        if self.size < least or self.size % least:
            raise InputError(f"size must be a multiple of {least}, not {self.size}")
        for name in ("critic_steps", "views"):
            at_least(name, getattr(self, name), 1)
        if not 0 <= self.fourier_weight < float("inf"):
            raise InputError(f"fourier_weight must be at least 0, not {self.fourier_weight}")

    @property
    def size(self) -> int:
        """Pixels a side of what is learnt from."""
        return self.critic.size


_WRITE_UPS = ("batch", "filler", "critic", "critic_steps", "learning_rate", "betas")
_WEIGHTS = tuple(f"{part}_weight" for part in ("adversarial", "hole", "outside", "coarse", "penalty"))
_SOURCES = dict.fromkeys((*_WRITE_UPS, *_WEIGHTS), _WRITE_UP) | {
    "epochs": "ours: the write-up names none; stop with --minutes",
    "fourier_weight": "the write-up asks for such a loss and names no weight: none",
    "adam_epsilon": "TensorFlow's default",
    "weight_decay": "TensorFlow's default: none",
    "views": "ours",
    "fixed": "ours: never in earnest",
    "test_share": "ours, as the deblurrer's",
}
_REPOSITORY = RemovalPreset(name="repository", epochs=100, sources=_SOURCES)
REMOVAL_PRESETS = {
    "repository": _REPOSITORY,
    "small": replace(
        _REPOSITORY,
        name="small",
        batch=1,
        critic=CriticConfig(size=256),
        critic_steps=1,
        sources=_SOURCES
        | {
            "batch": f"{FOR_A_CPU}: a quarter",
            "critic": f"{FOR_A_CPU}: views of 256 instead of 512 pixels a side",
            "critic_steps": f"{FOR_A_CPU}: 1 instead of 3",
        },
    ),
}


def removal_preset(name: str, *, size: int | None = None, width: int | None = None) -> RemovalPreset:
    """Return the preset `name` for views of `size` pixels a side, with networks of `width` channels at the finest scale, the others
    in proportion; None: the preset's own. Raises InputError for an unknown name or what doesn't fit.
    """
    preset = REMOVAL_PRESETS[one_of("preset", name, REMOVAL_PRESETS)]
    critic, filler = preset.critic, preset.filler
    if width is not None:
        at_least("width", width, 1)
        critic = replace(critic, down=tuple(max(n * width // filler.width, 1) for n in critic.down))
        filler = replace(filler, width=width)
    return replace(preset, filler=filler, critic=replace(critic, size=preset.size if size is None else size))
