"""What a network is made of, as frozen dataclasses: one for each family, no framework."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SkipConfig:
    """The skip ("hourglass") network of the paper; one entry per scale, the finest first."""

    down: tuple[int, ...] = (128,) * 5  # channels on the way down
    up: tuple[int, ...] = (128,) * 5  # channels on the way up
    skip: tuple[int, ...] = (4,) * 5  # channels of the skip branches
    input_depth: int = 32  # channels of z
    pad: str = "reflect"  # "reflect" or "replicate"
    slope: float = 0.2  # LeakyReLU's negative slope
