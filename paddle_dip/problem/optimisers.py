"""What is known of the optimisers without a framework: their names, and what they cost and ask for beside Adam."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How an optimiser differs from Adam in what it keeps, how far it goes and how it begins."""

    copies: float = 0  # arrays as large as all that is learnt
    copies_a_history: float = 0  # for each step of `history`
    reach: float = 1  # learning rates that one step may move a parameter by
    rounding: float = 1  # how much more it makes of float64's rounding than Adam
    warms_up: bool = False  # the first `warm_up` steps are Adam's, with a learning rate of their own

    def copies_at(self, history: int) -> float:
        """Return the copies of all that is learnt that it keeps with this `history`."""
        return self.copies + self.copies_a_history * history


OPTIMISERS = {
    "adam": Kind(),
    # It keeps two vectors for each step of its history; the guard's good state is a copy, for a moment two.
    "lbfgs": Kind(copies_a_history=3 * 2, warms_up=True),
    # The increments; statistics and bases of out^2 + in^2 each for a kernel of out * in * 9, once more for the guard. What turns
    # gradients is gone before the next step. Turned back, a step of one learning rate in each coordinate is a few in some.
    # An eigenvector is as uncertain as rounding over the distance to the next eigenvalue, and those of a gradient span 1e-8.
    "soap": Kind(copies=4, reach=3, rounding=100),
}
