"""What a method without a network makes of the same observation: it errs elsewhere than a fit, so the mean of both is nearer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from paddle_dip.problem.baselines import biharmonic_filled, non_local_means
from paddle_dip.problem.stopping import RULES
from paddle_dip.problem.stopping.held_out import withheld_pixels

if TYPE_CHECKING:
    from paddle_dip.problem.presets import Preset
    from paddle_dip.problem.tasks import Problem

_EQUAL = 0.5


@dataclass(frozen=True)
class Companion:
    """A companion's image, float64 [C, H, W], and what it would be without the withheld pixels, boolean [1, H, W]."""

    image: np.ndarray
    blind: np.ndarray
    withheld: np.ndarray


def companion(problem: "Problem") -> Companion | None:
    """Return the companion of a problem whose observation has the image's size: holes are filled smoothly, noise averaged out.

    None where neither a hole nor noise is known of, of a JPEG file's pixels alone for one.
    """
    if problem.known is None and problem.sigma is None:
        return None
    withheld = withheld_pixels(problem)
    holes = np.zeros(withheld.shape) if problem.known is None else 1 - problem.known
    return Companion(_made(problem, holes), _made(problem, np.maximum(holes, withheld)), withheld)


def joined(image: np.ndarray, problem: "Problem", preset: "Preset") -> np.ndarray:
    """Return the mean of a fit's image, [C, H, W], and its companion's: float64 [C, H, W]; without a companion the image itself.

    Where the fit withheld pixels the companion has the share with which both, not having seen them, predict them best, else half.
    Source: Breiman, "Stacked Regressions", 1996.
    """
    other = problem.companion
    if other is None:
        return image
    share = _share(image, problem.observation, other) if RULES[preset.stop].withholds else _EQUAL
    return (1 - share) * image + share * other.image


def _share(image: np.ndarray, observation: np.ndarray, other: Companion) -> float:
    missed, apart = ((picture - image)[:, other.withheld[0]] for picture in (observation, other.blind))
    most = float((apart**2).sum())
    return float(np.clip((missed * apart).sum() / most, 0, 1)) if most else 0.0


def _made(problem: "Problem", holes: np.ndarray) -> np.ndarray:
    picture = problem.observation.astype(np.float64)
    if holes.any():
        picture = biharmonic_filled(picture, holes)
    return picture if problem.sigma is None else non_local_means(picture, problem.sigma)
