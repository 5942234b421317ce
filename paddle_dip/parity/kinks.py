"""Where two float64 runs may part though both are right: at an input of LeakyReLU so near 0 that rounding decides its sign.

Up to such a step rounding alone keeps two runs within 1e-8 or so of each other; one input on the other side of the kink changes the
gradients by 1e-4 of their size, that change moves further inputs across their kinks, and some steps later nothing is comparable.
"""

from dataclasses import dataclass, field

import numpy as np

Arrays = dict[str, np.ndarray]
# Farther from 0 than this no rounding takes an input: the runs' inputs differ by up to 1.3e-7 before they part.
NEAR = 1e-6


@dataclass
class NearKinks:
    """Every LeakyReLU output of a run that lies within NEAR of 0, as it comes about."""

    step: int = 0  # the step whose forward pass is under way
    found: list[tuple[int, str, np.ndarray, np.ndarray]] = field(default_factory=list)

    def note(self, layer: str, output: np.ndarray) -> None:
        """Take in one layer's output, any shape."""
        places = np.flatnonzero(np.abs(output) < NEAR)
        if places.size:
            self.found.append((self.step, layer, places, output.reshape(-1)[places]))

    def arrays(self) -> Arrays:
        """Return what was found as parallel arrays: kinks/{step, layer, place, value}."""
        counts = np.array([len(places) for *_, places, _ in self.found], dtype=np.int64)
        return {
            "kinks/step": np.repeat([step for step, *_ in self.found], counts).astype(np.int64),
            "kinks/layer": np.repeat([layer for _, layer, *_ in self.found], counts).astype(str),
            "kinks/place": np.concatenate([[], *(places for *_, places, _ in self.found)]).astype(np.int64),
            "kinks/value": np.concatenate([[], *(values for *_, values in self.found)]).astype(np.float64),
        }


@dataclass(frozen=True)
class Crossing:
    """An input of LeakyReLU that is above 0 in one run and below in the other."""

    step: int
    layer: str
    values: tuple[float, float]

    def __str__(self) -> str:
        a, b = self.values
        return f"parted at step {self.step}: an output of LeakyReLU in {self.layer} is {a:.0e} on one side, {b:.0e} on the other"


def first_crossing(a: Arrays, b: Arrays) -> Crossing | None:
    """Return the first place at which rounding turned a sign between two runs; None where none did, or a run has no kinks noted."""
    if "kinks/step" not in a or "kinks/step" not in b:
        return None
    theirs = dict(zip(_keys(b), b["kinks/value"].tolist(), strict=True))
    for key, value in zip(_keys(a), a["kinks/value"].tolist(), strict=True):
        if key in theirs and (theirs[key] < 0) != (value < 0):
            return Crossing(key[0], key[1], (value, theirs[key]))
    return None


def _keys(arrays: Arrays) -> list[tuple[int, str, int]]:
    return list(zip(*(arrays[f"kinks/{part}"].tolist() for part in ("step", "layer", "place")), strict=True))
