"""The process of one job: python -m paddle_dip.serve.worker FOLDER. It reads request.json there and ends with outcome.json.

On its standard input it is told to stop; when that closes, whoever began it is gone, and it ends at once.
"""

import os
import sys
import traceback
from pathlib import Path
from threading import Thread

import numpy as np

from paddle_dip.errors import FitError, InputError
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.io.images import write_photo, write_rgb
from paddle_dip.io.photo import FLOAT, Photo
from paddle_dip.report.grids import enlarged_pixels
from paddle_dip.runs.parts import restore_photo
from paddle_dip.runs.photos import PhotoJob
from paddle_dip.runs.record import record
from paddle_dip.serve.request import Request
from paddle_dip.serve.watch import Stopped, Watch

OUTCOME = "outcome.json"
STOP = b"stop\n"


def main(folder: Path) -> None:
    """Do the job in `folder`; whatever happens is told in outcome.json."""
    try:
        outcome = _done(folder)
    except (InputError, FitError, MemoryError, ImportError, OSError) as error:
        outcome = {"state": "failed", "message": str(error).replace(f"{folder}{os.sep}", "") or type(error).__name__}
    except Exception as error:
        traceback.print_exc()
        outcome = {"state": "failed", "message": f"the program failed: {type(error).__name__}: {error}"}
    write_json(folder / OUTCOME, outcome)


def _done(folder: Path) -> dict:
    request = Request.load(folder)
    job = request.job()
    watch = Watch(folder, job)
    Thread(target=_listen, args=(watch,), daemon=True).start()
    settings = record(job)
    from paddle_dip.solver.fit import fit  # here, so that what can't be done is told before Paddle has loaded

    try:
        result, state = restore_photo(job, fit=fit, watch=watch.look), "done"
    except Stopped as stopped:
        result, state = job.with_result(stopped.pixels.astype(np.float32)), "stopped"  # as `restore_photo` has it
        settings["stopped_at"] = {"fit": stopped.fit, "step": stopped.step}
    return {"state": state, **_write(folder, request, job, watch, result, settings)}


def _write(folder: Path, request: Request, job: PhotoJob, watch: Watch, result: Photo, settings: dict) -> dict:
    """Write result, record, animations and what the slider shows; return the files by name, from the folder on."""
    out = writable_folder(folder / "result") / f"{Path(request.photo).stem}_{request.task}{_suffix(job.photo)}"
    write_photo(out, result)
    write_json(out.with_name(f"{out.name}.json"), settings)
    watch.process.finish(result.pixels, f"{job.name}: {request.task}", settings)
    write_rgb(folder / "before.png", _as_large(watch.process.corrupted, result.pixels))
    write_rgb(folder / "after.png", result.pixels)
    named = {"result": out, "settings": out.with_name(f"{out.name}.json"), "gif": watch.process.folder / "process.gif"}
    return {"files": {name: str(path.relative_to(folder)) for name, path in named.items()}}


def _as_large(image: np.ndarray, like: np.ndarray) -> np.ndarray:
    return image if image.shape == like.shape else enlarged_pixels(image, like)


def _suffix(photo: Photo) -> str:
    return ".tif" if photo.bits == FLOAT else ".png"


def _listen(watch: Watch) -> None:
    # Not through sys.stdin: its lock, held by a thread, would end Python with SIGABRT when the job is done.
    while said := os.read(sys.stdin.fileno(), 64):
        watch.stop = watch.stop or STOP in said
    os._exit(1)  # and write nothing: the folder is gone, or will be


if __name__ == "__main__":
    main(Path(sys.argv[1]))
