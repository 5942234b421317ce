"""Where two float64 runs may part though both are right: where a derivative jumps, so near that rounding decides the side.

That is an input of LeakyReLU or ReLU near 0, two inputs of a max pooling nearly alike, of which one gets the gradient, and a value
near 0 or 1 that the operator clips. Up to such a step rounding alone keeps two runs within 1e-8 or so of each other; one input on
the other side of the kink changes the gradients by 1e-4 of their size, that change moves further inputs across their kinks, and
some steps later nothing is comparable.
"""

from dataclasses import dataclass, field

import numpy as np

from paddle_dip.problem.resampling import Resize

Arrays = dict[str, np.ndarray]
# Inputs farther from a kink than this aren't noted.
NEAR = 1e-6
# Two sound runs' inputs differ by up to 1.3e-7 before they part; runs that are farther apart aren't parted by rounding.
ROUNDING = 3e-7


@dataclass
class NearKinks:
    """Every input of a run's layers that lies within NEAR of a kink, as it comes about."""

    step: int = 0  # the step whose forward pass is under way
    found: list[tuple[int, str, np.ndarray, np.ndarray]] = field(default_factory=list)

    def note(self, layer: str, inputs: np.ndarray, *, pools: bool = False) -> None:
        """Take in one layer's input: of any shape, or [N, C, 2 H, 2 W] where it pools."""
        values = pool_margins(inputs) if pools else inputs
        places = np.flatnonzero(np.abs(values) < NEAR)
        if places.size:
            self.found.append((self.step, layer, places, values.reshape(-1)[places]))

    def note_clips(self, operator: Resize, image: np.ndarray) -> None:
        """Take in the image, [C, H, W], that `operator` shrinks and clips to [0, 1] after each pass."""
        narrow = image @ operator.columns.T
        for name, values in {"horizontal": narrow, "vertical": operator.rows @ narrow.clip(0, 1)}.items():
            for edge in (0, 1):
                self.note(f"the operator's {name} pass, clipped at {edge},", values - edge)

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
    """An input that lies on one side of a kink in one run and on the other in the other; values: how far."""

    step: int
    layer: str
    values: tuple[float, float]

    def __str__(self) -> str:
        a, b = self.values
        return f"parted at step {self.step}: an input of {self.layer} is {a:.0e} from its kink on one side, {b:.0e} on the other"


def first_crossing(a: Arrays, b: Arrays, *, rounding: float = 1.0) -> Crossing | None:
    """Return the first place at which rounding took an input across a kink.

    None where none did, a run has no kinks noted, or the runs' inputs were farther apart than rounding takes them, there or before.
    rounding: how much more than Adam the optimiser makes of it.
    """
    if "kinks/step" not in a or "kinks/step" not in b:
        return None
    theirs = dict(zip(_keys(b), b["kinks/value"].tolist(), strict=True))
    for key, value in zip(_keys(a), a["kinks/value"].tolist(), strict=True):
        if key not in theirs:
            continue
        if abs(value - theirs[key]) > ROUNDING * rounding:
            return None
        if (theirs[key] < 0) != (value < 0):
            return Crossing(key[0], key[1], (value, theirs[key]))
    return None


def pool_margins(inputs: np.ndarray) -> np.ndarray:
    """Return by how much each of [N, C, 2 H, 2 W] exceeds the largest other of its 2x2 window, window by window.

    Exact ties count as infinitely far: they come from ReLU's zeros, whose gradient is zero whoever gets it.
    """
    n, c, height, width = inputs.shape
    windows = inputs.reshape(n, c, height // 2, 2, width // 2, 2).swapaxes(3, 4).reshape(n, c, height // 2, width // 2, 4)
    second, first = np.moveaxis(np.sort(windows, axis=-1)[..., -2:, None], -2, 0)
    margins = windows - np.where(windows == first, second, first)
    return np.where(margins == 0, np.inf, margins)


def _keys(arrays: Arrays) -> list[tuple[int, str, int]]:
    return list(zip(*(arrays[f"kinks/{part}"].tolist() for part in ("step", "layer", "place")), strict=True))
