"""What reads files that strangers may have made: by name, small sound files of its kinds, and the reading itself."""

import io
import json
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image
from safetensors.numpy import save

from paddle_dip.io.images import read_photo, read_size
from paddle_dip.io.masks import read_mask
from paddle_dip.io.weights import chosen, read_weights
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import denoising
from paddle_dip.report.merge_runs import read_summary
from paddle_dip.report.results import HistoryPoint, read_history, read_rows
from paddle_dip.runs.checkpoint import load_checkpoint, save_checkpoint
from paddle_dip.runs.work_unit import Unit
from paddle_dip.runs.work_unit_state import UnitState

ROOT = Path(__file__).resolve().parents[2]
_PRESET = task_preset("denoise", "fast")
_UNIT = Unit("fuzz", denoising(np.full((3, 8, 8), 0.5, np.float32), _PRESET), _PRESET)


@dataclass(frozen=True)
class Reader:
    """read: of a file, may raise InputError only; seeds: sound files by the end of their names."""

    read: Callable[[Path], Any]
    seeds: list[tuple[str, bytes]]


def read_bytes(name: str, suffix: str, data: bytes) -> Any:
    """Return what a reader makes of a file of these bytes."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_FAST) as folder:
        path = Path(folder, f"x{suffix}")
        path.write_bytes(data)
        return READERS[name].read(path)


_FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None


def _pictures() -> list[tuple[str, bytes]]:
    rows, columns = np.mgrid[0:9, 0:13]
    colours = np.stack([20 * rows, 10 * columns, 5 * rows + 5 * columns], -1).astype(np.uint8)
    picture, found = Image.fromarray(colours), []
    for suffix, how in (
        (".png", {}),
        (".jpg", {"exif": _exif()}),
        (".webp", {}),
        (".bmp", {}),
        (".gif", {}),
        (".tga", {}),
        (".ppm", {}),
    ):
        found.append((suffix, _saved(picture, suffix, **how)))
    found.append((".png", _saved(picture.convert("LA"), ".png", exif=_exif())))
    found.append((".png", _saved(picture.quantize(4), ".png")))
    found.append((".png", _saved(Image.fromarray(257 * colours[..., 0].astype(np.uint16)), ".png")))
    found.append((".tif", _saved(picture, ".tif", compression="tiff_lzw")))
    for array in (257 * colours.astype(np.uint16), colours.astype(np.float32) / 255):
        file = io.BytesIO()
        tifffile.imwrite(file, array, photometric="rgb", compression="zlib")
        found.append((".tif", file.getvalue()))
    return found


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    return exif


def _saved(picture: Image.Image, suffix: str, **how: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, {".jpg": "JPEG", ".tif": "TIFF"}.get(suffix, suffix[1:].upper()), **how)
    return file.getvalue()


def _checkpoints() -> list[tuple[str, bytes]]:
    """A unit's own, and one of an array alone."""
    arrays = {"step": np.array(3), "z": np.ones((2, 3), np.float32)}
    guard = {"loss": 0.5, "faults": 0, "failed_at": 0, "halvings": 0, "step": 0, "notes": {}}
    notes = {"seconds": 1.0, "resumed_at_step": 0, "computed_with": {}, "guard": guard}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.npz")
        save_checkpoint(path, arrays, notes)
        whole = path.read_bytes()
        save_checkpoint(path, {"array": np.zeros((3, 4, 5))}, {})
        return [(".npz", whole), (".npz", path.read_bytes())]


def _read_checkpoint(path: Path) -> None:
    load_checkpoint(path)
    unit = Unit(_UNIT.title, _UNIT.problem, _UNIT.preset, checkpoint=path)
    UnitState(unit, []).load()


def _weights() -> list[tuple[str, bytes]]:
    arrays = {"head.weight": np.ones((3, 2, 1, 1), np.float32), "head.bias": np.zeros(3, np.float16)}
    return [
        (".safetensors", save(arrays)),
        (".pdparams", pickle.dumps(arrays, protocol=4)),
        (".pdparams", pickle.dumps({"params": arrays, "params_ema": arrays}, protocol=2)),
    ]


def _read_weights(path: Path) -> None:
    content = read_weights(path)
    if content:
        chosen(content, None if any(isinstance(value, np.ndarray) for value in content.values()) else next(iter(content)))


def _results() -> list[tuple[str, bytes]]:
    recorded = ROOT / "results" / "set14_x8_quick.csv"
    history = ",".join(asdict(HistoryPoint(1, 0.5, 20.0, 19.0))) + "\n1,0.5,20.0,19.0\n"
    return [
        (".rows.csv", b"\n".join(recorded.read_bytes().splitlines()[:3]) + b"\n"),
        (".history.csv", history.encode()),
        (".json", recorded.with_suffix(".json").read_bytes()),
        (".json", json.dumps({"a": [1, {"b": None}]}).encode()),
    ]


def _read_results(path: Path) -> None:
    if path.name.endswith(".json"):
        read_summary(path)
    else:
        (read_history if "history" in path.name else read_rows)(path)


READERS = {
    "image": Reader(read_photo, _pictures()),
    "size": Reader(read_size, _pictures()),
    "mask": Reader(read_mask, _pictures()),
    "checkpoint": Reader(_read_checkpoint, _checkpoints()),
    "weights": Reader(_read_weights, _weights()),
    "results": Reader(_read_results, _results()),
}
