"""torch's own files of weights, read without running code, as named NumPy arrays."""

import io
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

from paddle_dip.errors import InputError

Weights = dict[str, np.ndarray]


def read_torch(path: Path) -> Weights:
    """Return the arrays of a .pth or .pt file that holds a state_dict; raises InputError for anything else."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a pickle of ill will or ill luck can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} is refused as torch weights: {reason}") from None
    if not isinstance(content, dict) or not all(isinstance(v, torch.Tensor) for v in content.values()):
        raise InputError(f"{path} holds no state_dict: named tensors and nothing else are needed")
    return {name: value.detach().numpy() for name, value in content.items()}


def torch_bytes(weights: Weights) -> bytes:
    """Return the bytes of a .pth file that holds `weights` as a state_dict."""
    buffer = io.BytesIO()
    torch.save(OrderedDict((name, torch.tensor(value)) for name, value in weights.items()), buffer)
    return buffer.getvalue()
