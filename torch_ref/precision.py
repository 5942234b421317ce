"""The precision of the products inside a network's convolutions."""

from contextlib import AbstractContextManager, nullcontext

import torch


def products(x: torch.Tensor, *, bf16: bool) -> AbstractContextManager:
    """Return the context in which torch's layers multiply: as `x` is stored, or in bfloat16."""
    return torch.autocast(x.device.type, torch.bfloat16) if bf16 else nullcontext()
