"""The noise of each step, where the fit computes."""

from collections.abc import Iterator
from functools import partial

import paddle

from paddle_dip.problem.draw_ahead import drawn_ahead
from paddle_dip.problem.randomness import step_noise
from paddle_dip.solver.philox import philox_noise
from paddle_dip.solver.precision import Dtype


def noises(
    shape: tuple[int, ...], seed: int, steps: range, drawn_by: str, *, std: float = 1.0, dtype: Dtype = "float32"
) -> Iterator[paddle.Tensor]:
    """Return the normal noise of each of `steps`, of `shape` and standard deviation `std`, one after another.

    drawn_by: "numpy", on the CPU, the next step's while this one is computed; or "philox", by the device that computes. Both draw
    in float32, whatever the dtype, by a function of the seed and the step.
    """
    if drawn_by == "philox":
        draw = philox_noise(shape, seed)
        return (std * draw(step).astype(dtype) for step in steps)
    # Not in a `for`, whose variable would hold one array more; in place, for memory of that size is cleared whenever it is taken.
    return map(lambda noise: paddle.to_tensor(noise, dtype=dtype).scale_(std), drawn_ahead(partial(step_noise, shape, seed), steps))
