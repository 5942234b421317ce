"""The precision of the products inside a network's convolutions."""

from contextlib import AbstractContextManager, nullcontext
from typing import Literal

import paddle

from paddle_dip.errors import InputError

Dtype = Literal["float32", "float64"]  # of all tensors of a fit; products may be in bfloat16 all the same


def products(x: paddle.Tensor, *, bf16: bool) -> AbstractContextManager:
    """Return the context in which Paddle's layers multiply: as `x` is stored, or in bfloat16.

    Raises InputError where bfloat16 is asked for and can't be had.
    """
    if not bf16:
        return nullcontext()
    if not x.place.is_gpu_place():  # on a CPU Paddle's autocast does nothing
        raise InputError("precision bf16 needs a GPU, or compiled operators for the network and bfloat16 on the CPU; take float32")
    return paddle.amp.auto_cast(dtype="bfloat16")  # from the documentation, not measured
