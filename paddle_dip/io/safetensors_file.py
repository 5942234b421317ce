"""A .safetensors file: read to NumPy arrays, each fault named by its cause. No framework."""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, deserialize

from paddle_dip.errors import InputError

_LENGTH = 8  # bytes at the start that count the header's
_CODES = ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")  # NumPy counts bytes, the file bits: f4 is F32
_DTYPES = {f"{code[0].upper()}{8 * int(code[1])}": f"<{code}" for code in _CODES} | {"BOOL": "?", "C64": "<c8"}
_BFLOAT16 = "BF16"


def read_safetensors(data: bytes, path: Path) -> dict[str, np.ndarray]:
    """Return the arrays in the bytes of a .safetensors file, bfloat16 as float32, which holds it exactly: NumPy has none.

    Raises InputError, naming `path`, for a file that is cut off, damaged, none of this kind or of a dtype that NumPy lacks.
    """
    _check_whole(data, path)
    try:
        found = deserialize(data)
    except SafetensorError as error:
        raise InputError(f"{path} is a damaged safetensors file: {error}") from None
    return {name: _array(name, entry, path) for name, entry in found}


def widened(bits: np.ndarray) -> np.ndarray:
    """Return bfloat16 numbers, given as uint16, as float32: bfloat16 is the upper half of a float32."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def _array(name: str, entry: dict, path: Path) -> np.ndarray:
    dtype, shape = entry["dtype"], entry["shape"]
    if dtype == _BFLOAT16:
        return widened(np.frombuffer(entry["data"], "<u2")).reshape(shape)
    if dtype not in _DTYPES:
        raise InputError(f"{path} holds {name} as {dtype}; the dtypes that can be read are {', '.join([*_DTYPES, _BFLOAT16])}")
    array = np.frombuffer(entry["data"], _DTYPES[dtype]).reshape(shape)
    return array if sys.byteorder == "little" else array.astype(array.dtype.newbyteorder("="))


def _check_whole(data: bytes, path: Path) -> None:
    """Raise InputError where the file is cut off or of another kind; the library says "header too small" or the like to both."""
    if not data:
        raise InputError(f"{path} is empty")
    if len(data) > _LENGTH and data[_LENGTH : _LENGTH + 1] != b"{":
        raise InputError(f"{path} isn't a safetensors file: it has no header")
    wanted = _LENGTH + max(int.from_bytes(data[:_LENGTH], "little"), len("{}"))
    if len(data) >= wanted:
        wanted += _length_of_arrays(data[_LENGTH:wanted], path)
    if len(data) < wanted:
        raise InputError(f"{path} is cut off: it has {len(data)} bytes where {wanted} at least should be")


def _length_of_arrays(header: bytes, path: Path) -> int:
    try:
        entries = json.loads(header)
        return max((int(entry["data_offsets"][1]) for name, entry in entries.items() if name != "__metadata__"), default=0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is a damaged safetensors file: its header can't be read: {error}") from None
