"""The noise of each step, where the fit computes."""

from collections.abc import Iterator
from functools import partial

import torch

from paddle_dip.problem.draw_ahead import drawn_ahead
from paddle_dip.problem.randomness import step_noise
from torch_ref.philox import philox_noise


def noises(
    shape: tuple[int, ...],
    seed: int,
    steps: range,
    drawn_by: str,
    *,
    std: float = 1.0,
    dtype: str = "float32",
    device: str = "cpu",
) -> Iterator[torch.Tensor]:
    """Return the normal noise of each of `steps`, of `shape` and standard deviation `std`, one after another.

    drawn_by: "numpy", on the CPU, the next step's while this one is computed; or "philox", by the device that computes. Both draw
    in float32, whatever the dtype, by a function of the seed and the step.
    """
    kind = getattr(torch, dtype)
    if drawn_by == "philox":
        draw = philox_noise(shape, seed, device=device)
        return (std * draw(step).to(kind) for step in steps)
    drawn = drawn_ahead(partial(step_noise, shape, seed), steps)
    # Not in a `for`, whose variable would hold one array more.
    return map(lambda noise: std * torch.as_tensor(noise, dtype=kind, device=device), drawn)
