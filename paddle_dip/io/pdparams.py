"""Paddle's .pdparams: a pickle, read without running any code in it."""

import io
import math
import pickle
import pickletools
import re
from collections import OrderedDict
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.safetensors_file import widened

Weights = dict[str, np.ndarray]

# Paddle's own entry: a table of the parameters' inner names.
_INNER_NAMES = "StructuredToParameterName@@"
_SPLIT = "UnpackBigParamInfor@@"  # large arrays in pieces, in files of the old pickle protocols
_MOST_OPERATIONS = 1_000_000  # of a pickle; an array takes some thirty
_NUMBERS = re.compile(r"b1|[iu][1248]|f[248]")


class _Dtype:
    """What a pickle says of a dtype: numbers only."""

    def __init__(self, code: str, align: bool = False, copy: bool = False):
        if not _NUMBERS.fullmatch(code):
            raise pickle.UnpicklingError(f"an array of dtype {code}, where numbers are needed")
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple) -> None:
        # (version, byte order, and what only structured dtypes have)
        self.order = {"<": "<", ">": ">", "|": "|", "=": "="}[state[1]]


class _Array:
    """What a pickle says of an array."""

    def __setstate__(self, state: tuple) -> None:
        _, shape, dtype, columns_first, data = state
        flat = np.frombuffer(data, dtype=dtype.order + dtype.code)
        if math.prod(shape) != flat.size:
            raise pickle.UnpicklingError(f"an array of {flat.size} numbers with the shape {shape}")
        self.value = flat.reshape(shape, order="F" if columns_first else "C").copy()


def _reconstruct(kind: object, shape: tuple, code: bytes) -> _Array:
    return _Array()  # the pickle sets its state next


def _latin1(text: str, encoding: str = "latin1") -> bytes:
    # The old pickle protocols spell bytes as text.
    return text.encode("latin1")


# What Paddle's files refer to, and what stands in for it here: nothing of NumPy's own is called. NumPy moved its module once.
_ADMITTED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("builtins", "tuple"): tuple,
    ("__builtin__", "tuple"): tuple,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _latin1,
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows a handful of names and refuses every other one before anything is called."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _ADMITTED:
            raise pickle.UnpicklingError(f"it refers to {module}.{name}, which weights don't need and which could run code")
        return _ADMITTED[module, name]


def read_pdparams(data: bytes, path: Path) -> Weights | dict[str, Weights]:
    """Return the arrays in the bytes of a .pdparams file, or the sets of arrays by key where that is what it holds.

    bfloat16, which Paddle stores as uint16, comes as float32. Raises InputError, naming `path`, for anything but plain arrays.
    """
    try:
        _check_operations(data)
        content = _Reader(io.BytesIO(data)).load()
    except Exception as error:  # a pickle of ill will or ill luck can raise anything
        raise InputError(f"{path} is refused as Paddle weights: {str(error) or type(error).__name__}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} is refused as Paddle weights: it holds {type(content).__name__}, not named arrays")
    sets = {key: value for key, value in _entries(content).items() if isinstance(value, dict) and _is_weights(value)}
    return {key: _arrays(value, path) for key, value in sets.items()} if sets else _arrays(content, path)


def _check_operations(data: bytes) -> None:
    """Raise UnpicklingError for a pickle that numbers a value beyond what it can hold: the reader makes room up to that number."""
    for done, (operation, argument, _) in enumerate(pickletools.genops(data)):
        if done == _MOST_OPERATIONS:
            raise pickle.UnpicklingError(f"it has more than {_MOST_OPERATIONS} parts")
        if operation.name in ("PUT", "BINPUT", "LONG_BINPUT") and (argument or 0) > done:
            raise pickle.UnpicklingError(f"it numbers a value {argument} where it has {done} at most")


def write_pdparams(weights: Weights) -> bytes:
    """Return the bytes of a file that paddle.load reads: a pickled dictionary of arrays, in the protocol that Paddle writes."""
    return pickle.dumps(dict(weights), protocol=4)


def _entries(content: dict) -> dict:
    return {name: item for name, item in content.items() if name != _INNER_NAMES}


def _is_weights(content: dict) -> bool:
    entries = _entries(content)
    return bool(entries) and all(isinstance(name, str) and isinstance(_bare(item), _Array) for name, item in entries.items())


def _arrays(content: dict, path: Path) -> Weights:
    if _SPLIT in content:
        raise InputError(f"{path} holds arrays in pieces; save it again with paddle.save(..., protocol=4)")
    return {name: _value(name, item, path) for name, item in _entries(content).items()}


def _bare(item: object) -> object:
    # Paddle writes a tensor outside a state_dict as (inner name, array).
    return item[1] if isinstance(item, tuple) and len(item) == 2 else item


def _value(name: object, item: object, path: Path) -> np.ndarray:
    item = _bare(item)
    if not isinstance(name, str) or not isinstance(item, _Array) or not hasattr(item, "value"):
        raise InputError(f"{path} is refused as Paddle weights: {name!r} is no array of numbers")
    return widened(item.value) if item.value.dtype == np.uint16 else item.value
