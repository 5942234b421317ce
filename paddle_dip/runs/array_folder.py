"""Arrays kept on disk by name, each written whole or not at all."""

from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint

_ARRAY = "array"


class ArrayFolder:
    """What a dict of arrays by name does, in a folder that is there; several processes may work in it, on other names."""

    def __init__(self, folder: Path):
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        return self._path(name).exists()

    def __getitem__(self, name: str) -> np.ndarray:
        return load_checkpoint(self._path(name))[0][_ARRAY]

    def __setitem__(self, name: str, value: np.ndarray) -> None:
        save_checkpoint(self._path(name), {_ARRAY: value}, {})

    def drop_damaged(self) -> None:
        """Remove what can't be read: it is made again."""
        for path in self._folder.glob("*.npz"):
            try:
                load_checkpoint(path)[0][_ARRAY]
            except (InputError, KeyError):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"
