"""Lower precision, and more than one process.

On a GPU not run: bfloat16 is written from Paddle's documentation. Two processes were run on a CPU, and end with the same weights.
"""

from contextlib import AbstractContextManager, nullcontext

import paddle
from paddle.distributed import ParallelEnv, init_parallel_env
from paddle.distributed.fleet.utils.hybrid_parallel_util import fused_allreduce_gradients

from paddle_dip.errors import InputError


def world() -> tuple[int, int]:
    """Return this process's rank and how many there are: more than 1 under `python -m paddle.distributed.launch`."""
    environment = ParallelEnv()
    if environment.world_size > 1 and not paddle.distributed.is_initialized():
        init_parallel_env()
    return environment.rank, environment.world_size


def average_gradients(parameters: list[paddle.Tensor]) -> None:
    """Replace each gradient by its mean over all processes.

    paddle.DataParallel does it inside backward(), for one forward pass a step; a GAN's discriminator has two.
    """
    if ParallelEnv().world_size > 1:
        fused_allreduce_gradients(parameters, None)


def autocast(precision: str) -> AbstractContextManager:
    """Return the context to compute in: of "bf16" Paddle's autocast to bfloat16, which needs no scaling of the loss.

    Raises InputError for bf16 on a CPU, where Paddle's autocast does nothing.
    """
    if precision == "float32":
        return nullcontext()
    if not paddle.get_device().startswith("gpu"):
        raise InputError("precision bf16 needs a GPU; take float32")
    return paddle.amp.auto_cast(dtype="bfloat16")
