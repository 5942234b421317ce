"""Stop as soon as the average is as near to the observation as the noise on it: the rule "sigma"."""

from typing import TYPE_CHECKING

from paddle_dip.problem.stopping.observed_error import observed_error
from paddle_dip.problem.stopping.rule import Looking

if TYPE_CHECKING:
    from paddle_dip.problem.tasks import Problem


class Sigma(Looking):
    """Returns the last average, as soon as its mean squared error is that of the noise: the discrepancy principle."""

    every = 10
    needs = "is for the task denoise, where the noise on the photo is known or estimated"

    @classmethod
    def follows(cls, problem: "Problem") -> bool:
        """Return whether the noise on the observation is known."""
        return problem.sigma is not None

    def _signal(self, snapshot) -> float:
        average = snapshot.canvas("average")
        self.canvas, self.step = average, snapshot.step
        return observed_error(self._problem, average)

    def _ends(self, snapshot, signal: float) -> bool:
        assert self._problem.sigma is not None  # it `follows`
        return signal < self._problem.sigma**2
