"""How far two runs of one experiment may be apart, by stage and dtype: one table, each line with its reason."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tolerance:
    """Largest absolute difference allowed. In float32 the parameters' one is for each step taken, with a learning rate of 0.01."""

    float64: float
    float32: float
    why: str


_CHAOS = (
    "float64: 1e-8 up to 10 steps and a tenth of it for each step beyond: over four seeds and two machines the full network is "
    "2e-9 to 1.7e-8 apart after 100 while the inputs of LeakyReLU keep their signs on both sides. Where rounding turns one, the "
    "later stages say parted and are held to float32's figure. float32: Adam's first step is lr * sign(gradient), so rounding "
    "turns signs and the runs part within two steps: 2.5 lr a step is what two healthy runs can't exceed, a check for gross "
    "errors only. SOAP (see paddle_dip.problem.optimisers): float64: 100 times as much, as its first step after the bases is up to "
    "1.6e-7 and the deep decoder's next 7e-7 apart; float32: 3 times"
)
_LEARNING_RATE = 0.01  # the skip network's, for which the table's float32 figure of the parameters is
_STEADY_STEPS = 10  # float64 parameters are held to the table's figure up to here
TOLERANCES = {
    "data": Tolerance(0.0, 0.0, "drawn or made with NumPy once: the same bits"),
    "forward": Tolerance(
        1e-12,
        2e-5,
        "float32: rounding alone. Over five seeds Paddle's plain layers are up to 9e-6 from float64, torch 7e-6, the compiled "
        "operators 1.4e-5 (oneDNN's channels-last 3x3 convolution sums in one long chain), and the pairs up to 1.6e-5 apart",
    ),
    "operator": Tolerance(1e-12, 1e-5, "a weighted mean of the forward output"),
    "loss": Tolerance(1e-12, 1e-6, "a mean over all pixels"),
    "grad": Tolerance(
        1e-10,
        5e-4,
        "float32: over four seeds torch is up to 4e-4 from its own float64, gradients being up to 0.1, and the compiled operators "
        "1e-4, but 3.5e-3 with seed 2: an input of LeakyReLU that rounded across 0",
    ),
    "buffers": Tolerance(1e-12, 1e-5, "one batch's mean and variance, brought to the biased convention"),
    "params": Tolerance(1e-8, 2.5e-2, _CHAOS),
    "onward": Tolerance(
        1e-10,
        1e-4,
        "one step from the other side's state after 10, 30 and all but one steps, so nothing has parted: what the gradients' "
        "rounding makes of Adam's step once its averages have filled; float32: up to 7e-6 in the report and over three seeds",
    ),
    "image": Tolerance(
        1e-6, 3.0, "pixels, and PSNR in dB; float64: what the parameters' difference amounts to; float32: as params"
    ),
    "layers": Tolerance(1e-11, 1e-4, "relative to the layer's largest value; a convolution's output isn't normalised yet"),
    "layer_grads": Tolerance(
        1e-8,
        0.9,
        "relative to the largest gradient there; float32: an input of LeakyReLU that rounds across 0 costs 0.8 of a value",
    ),
    "other": Tolerance(1e-10, 1e-5, "an array of unknown origin: relative to its largest value where that is above 1"),
}
KINDS = tuple(kind for kind in TOLERANCES if kind not in ("layers", "layer_grads", "other"))


def kind_of(stage: str) -> str:
    """Return the line of the table that a stage is judged by: "grad/NAME" by "grad", "params_10" by "params"."""
    head = stage.split("/")[0]
    head = head.rstrip("0123456789").rstrip("_") if head.startswith(("params_", "onward_")) else head
    return head if head in TOLERANCES else "other"


def tolerance(
    stage: str,
    dtype: str,
    *,
    steps: int = 1,
    scale: float = 1.0,
    learning_rate: float = _LEARNING_RATE,
    rounding: float = 1.0,
) -> float:
    """Return the largest absolute difference allowed at `stage`.

    dtype: what the run computed in; scale: largest value compared; rounding: how much more the optimiser makes of it than Adam.
    """
    kind = kind_of(stage)
    value = getattr(TOLERANCES[kind], dtype)
    if kind in ("layers", "layer_grads"):
        return value * scale
    if kind in ("loss", "grad", "other"):
        return value * max(scale, 1.0)  # a loss that is a sum, and its gradients, are as much larger as there are pixels
    if kind == "params":
        return value * (steps * learning_rate / _LEARNING_RATE if dtype == "float32" else max(steps / _STEADY_STEPS, 1) * rounding)
    return value * rounding if kind == "image" and dtype == "float64" else value


def precision(dtypes: set[np.dtype]) -> str:
    """Return the coarser of the precisions that arrays of `dtypes` were computed in; integers count as float64."""
    return "float32" if any(d.kind == "f" and d.itemsize < 8 for d in dtypes) else "float64"
