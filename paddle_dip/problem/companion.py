"""What a method without a network makes of the same observation: it errs elsewhere than a fit, so the mean of both is nearer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paddle_dip.problem.baselines import biharmonic_filled, denoised
from paddle_dip.problem.stopping import RULES
from paddle_dip.problem.stopping.held_out import withheld_pixels

if TYPE_CHECKING:
    from paddle_dip.problem.presets import Preset
    from paddle_dip.problem.tasks import Problem

_EQUAL = 0.5


@dataclass(frozen=True)
class Blind:
    """A companion, float64 [C, H, W], made without the pixels that a fit doesn't see; `withheld`: those, boolean [1, H, W]."""

    image: np.ndarray
    withheld: np.ndarray


def companion(problem: "Problem") -> np.ndarray | None:
    """Return the companion of a problem whose observation has the image's size, float64 [C, H, W] in [0, 1].

    Holes are filled smoothly, noise is averaged out. None where neither is known of, of a JPEG file's pixels alone for one.
    """
    if problem.known is None and _deviation(problem) is None:
        return None
    return _made(problem, _holes(problem))


def blind_companion(problem: "Problem") -> Blind:
    """Return the companion as it would be if the pixels that the rule "held-out" withholds were missing, too."""
    withheld = withheld_pixels(problem)
    return Blind(_made(problem, np.maximum(_holes(problem), withheld)), withheld)


def joined(image: np.ndarray, problem: "Problem", preset: "Preset") -> np.ndarray:
    """Return the mean of a fit's image, [C, H, W], and its companion's: float64 [C, H, W]; without a companion the image itself.

    Where the fit withheld pixels the companion has the share with which both, not having seen them, predict them best, else half.
    Source: Breiman, "Stacked Regressions", 1996.
    """
    if problem.companion is None:
        return image
    share = _share(image, problem.observation, problem.blind_companion) if RULES[preset.stop].withholds else _EQUAL
    return (1 - share) * image + share * problem.companion


def _share(image: np.ndarray, observation: np.ndarray, other: Blind) -> float:
    missed, apart = ((picture - image)[:, other.withheld[0]] for picture in (observation, other.image))
    most = float((apart**2).sum())
    return float(np.clip((missed * apart).sum() / most, 0, 1)) if most else 0.0


def _holes(problem: "Problem") -> np.ndarray:
    return np.zeros((1, *problem.observation.shape[1:])) if problem.known is None else 1 - problem.known


def _deviation(problem: "Problem") -> float | None:
    return problem.rounding if problem.sigma is None else problem.sigma


def _made(problem: "Problem", holes: np.ndarray) -> np.ndarray:
    picture, deviation = problem.observation.astype(np.float64), _deviation(problem)
    if holes.any():
        picture = biharmonic_filled(picture, holes)
    return picture if deviation is None else denoised(picture, deviation)
