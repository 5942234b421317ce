"""Paddle's .pdparams: a pickle, read without running any code in it."""

import io
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np

Weights = dict[str, np.ndarray]

# Paddle's own entry: a table of the parameters' inner names.
_INNER_NAMES = "StructuredToParameterName@@"
_SPLIT = "UnpackBigParamInfor@@"  # large arrays in pieces, in files of the old pickle protocols


def _latin1(text: str, encoding: str = "latin1") -> bytes:
    # The old pickle protocols spell bytes as text.
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"encoding {encoding}")
    return text.encode("latin1")


# What Paddle's files need. NumPy moved its module once.
_ADMITTED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "tuple"): tuple,
    ("__builtin__", "tuple"): tuple,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows a handful of names and refuses every other one before anything is called."""

    def find_class(self, module: str, name: str) -> object:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return _empty_array
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it refers to {module}.{name}, which weights don't need and which could run code")
        return _ADMITTED[module, name]


def read_pdparams(data: bytes, path: Path) -> Weights:
    """Return the arrays in the bytes of a .pdparams file; raises ValueError, naming `path`, for anything but named plain arrays."""
    try:
        content = _Reader(io.BytesIO(data)).load()
    except Exception as error:  # a pickle of ill will or ill luck can raise anything
        raise ValueError(f"{path} is refused as Paddle weights: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is refused as Paddle weights: it holds {type(content).__name__}, not named arrays")
    if _SPLIT in content:
        raise ValueError(f"{path} holds arrays in pieces; save it again with paddle.save(..., protocol=4)")
    return {name: _array(name, value, path) for name, value in content.items() if name != _INNER_NAMES}


def write_pdparams(weights: Weights) -> bytes:
    """Return the bytes of a file that paddle.load reads: a pickled dictionary of arrays, in the protocol that Paddle writes."""
    return pickle.dumps(dict(weights), protocol=4)


def _array(name: object, value: object, path: Path) -> np.ndarray:
    # Paddle writes a lone tensor as (inner name, array).
    if isinstance(value, tuple) and len(value) == 2:
        value = value[1]
    if not isinstance(name, str) or not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
        raise ValueError(f"{path} is refused as Paddle weights: {name!r} is no array of numbers")
    return value


def _empty_array(kind: type, shape: tuple, code: bytes) -> np.ndarray:
    # What NumPy's own _reconstruct does for a plain array; the pickle then sets its state.
    if kind is not np.ndarray:
        raise pickle.UnpicklingError("an array of another class than numpy.ndarray")
    return np.empty(0, dtype=np.uint8)
