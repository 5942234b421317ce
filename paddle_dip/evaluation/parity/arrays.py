"""Named arrays on disk: our own .npz, a folder of .npy and .npz files dumped elsewhere, and reprod_log's layout as an export."""

import io
import zipfile
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.files import whole_file

Arrays = dict[str, np.ndarray]

# reprod_log's file: the stages that go into it. One file a kind and side, each a pickled dictionary of arrays.
_REPROD_FILES = {
    "data": ("data",),
    "forward": ("forward", "operator"),
    "metric": ("image",),
    "loss": ("loss",),
    "bp_align": ("grad",),
    "train_align": ("params", "buffers"),
}


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write named arrays to an .npz file, whole or not at all, in their order."""
    with whole_file(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # no array is called as NumPy's own argument is


def read_arrays(path: Path) -> Arrays:
    """Return the arrays of an .npz file, or of a folder's .npz and .npy files, an .npy under its path without ending.

    Raises InputError where there is nothing to read, or an array would have to be unpickled.
    """
    path = Path(path)
    if not path.is_dir():
        return _read_file(path, path.name)
    files = sorted(f for f in path.rglob("*") if f.suffix in (".npz", ".npy"))
    arrays: Arrays = {}
    for file in files:
        arrays |= _read_file(file, file.relative_to(path).with_suffix("").as_posix())
    if not arrays:
        raise InputError(f"folder {path} has no .npz or .npy file")
    return arrays


def export_reprod_log(folder: Path, side: str, arrays: Arrays) -> list[Path]:
    """Write forward_SIDE.npy, loss_SIDE.npy, ... in the layout of reprod_log's ReprodLogger; return the files written."""
    written = []
    for kind, heads in _REPROD_FILES.items():
        chosen = {name: value for name, value in arrays.items() if name.split("/")[0].split("_")[0] in heads}
        if not chosen:
            continue
        buffer = io.BytesIO()
        # What ReprodLogger.save does: a dictionary in an array of one object. We write pickles for others and never read one.
        np.save(buffer, np.array(chosen, dtype=object), allow_pickle=True)
        written.append(folder / f"{kind}_{side}.npy")
        with whole_file(written[-1]) as file:
            file.write(buffer.getvalue())
    return written


def _read_file(path: Path, name: str) -> Arrays:
    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return {name: loaded}
        with loaded:
            return {key: loaded[key] for key in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} can't be read as plain NumPy arrays: {error}") from None
