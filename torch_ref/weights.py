"""torch's own files of weights, read without running code, as named NumPy arrays."""

import io
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

from paddle_dip.errors import InputError

Weights = dict[str, np.ndarray]
_NUMPY = (torch.float16, torch.float32, torch.float64)  # the floats that NumPy has


def read_torch(path: Path) -> Weights | dict[str, Weights]:
    """Return the arrays of a .pth or .pt file that holds a state_dict, or of all state_dicts by key where it holds such.

    Floats that NumPy lacks, bfloat16 above all, come as float32. Raises InputError for a file of anything else.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a pickle of ill will or ill luck can raise anything
        raise InputError(f"{path} is refused as torch weights: {_reason(error)}") from None
    if _is_state_dict(content):
        return _arrays(content, path)
    keyed = content.items() if isinstance(content, dict) else ()
    sets = {str(key): _arrays(value, path) for key, value in keyed if _is_state_dict(value)}
    if not sets:
        raise InputError(f"{path} holds no state_dict: named tensors are needed, alone or under a key")
    return sets


def _is_state_dict(content: object) -> bool:
    return isinstance(content, dict) and bool(content) and all(isinstance(v, torch.Tensor) for v in content.values())


def _arrays(tensors: dict, path: Path) -> Weights:
    return {str(name): _array(name, value.detach(), path) for name, value in tensors.items()}


def _array(name: str, tensor: torch.Tensor, path: Path) -> np.ndarray:
    if tensor.is_quantized or tensor.layout != torch.strided:
        raise InputError(f"{path} is refused as torch weights: {name} is quantised or sparse, plain numbers are needed")
    return (tensor.float() if tensor.is_floating_point() and tensor.dtype not in _NUMPY else tensor).resolve_conj().numpy()


def _reason(error: Exception) -> str:
    """Return the one line of torch's many that says what is wrong: what a pickle refers to, else the first."""
    lines = str(error).splitlines() or [type(error).__name__]
    return next((line.strip().split(". Please")[0] for line in lines if "Unsupported" in line), lines[0])


def torch_bytes(weights: Weights) -> bytes:
    """Return the bytes of a .pth file that holds `weights` as a state_dict."""
    buffer = io.BytesIO()
    torch.save(OrderedDict((name, torch.tensor(value)) for name, value in weights.items()), buffer)
    return buffer.getvalue()
