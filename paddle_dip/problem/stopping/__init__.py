"""Knowing when to stop, from a fit's outputs and its observation alone: one class a rule, and their names.

What is special to a rule is said in its class. Nothing here loads the presets, which take their names from RULES.
"""

from typing import TYPE_CHECKING

from paddle_dip.problem.stopping.held_out import HeldOut
from paddle_dip.problem.stopping.least_variance import LeastExponentialVariance, LeastWindowedVariance
from paddle_dip.problem.stopping.plateau import Plateau
from paddle_dip.problem.stopping.rule import Never, Stopper
from paddle_dip.problem.stopping.sigma import Sigma

if TYPE_CHECKING:
    from paddle_dip.problem.presets import Preset
    from paddle_dip.problem.tasks import Problem

RULES: dict[str, type[Stopper]] = {
    "never": Never,
    "emv": LeastExponentialVariance,
    "wmv": LeastWindowedVariance,
    "held-out": HeldOut,
    "plateau": Plateau,
    "sigma": Sigma,
}


def build_stopper(problem: "Problem", preset: "Preset") -> Stopper:
    """Return what follows one fit by the rule `preset.stop`; raises InputError where the problem doesn't allow it."""
    return RULES[preset.stop](problem, preset)
