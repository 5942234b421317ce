"""The pictures that each task is measured on, and where they are found."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError, one_of
from paddle_dip.evaluation.study.cases import image_path, read_holes
from paddle_dip.io.images import read_photo
from paddle_dip.problem.dataset import Source, image_names, load_truth, to_unit

_EMBEDDED = Source(None, "")
_OF_SKIMAGE = tuple(image_names(_EMBEDDED))
_PHOTOS = tuple(f"bsd_{number:03d}" for number in range(71, 81))  # no preset was tuned on these
_FOLDERS = {"barbara": "restoration", "bunny_512": "inpainting", "F16": "denoising"} | dict.fromkeys(_PHOTOS, "photos")
_FOLDERS |= dict.fromkeys(("kate", "vase", "library"), "inpainting")
PICTURES = {
    "restore-pixels": ("barbara", "bunny_512", *_OF_SKIMAGE),
    "inpaint": ("kate", "vase", "library"),
    "denoise": ("F16", *_OF_SKIMAGE, *_PHOTOS),
    "dejpeg": (*_OF_SKIMAGE, *_PHOTOS),
}
AMOUNTS = {"restore-pixels": (0.5,), "inpaint": (0.0,), "denoise": (15.0, 25.0, 50.0), "dejpeg": (10.0, 30.0)}


@dataclass(frozen=True)
class Pictures:
    """The pictures of a task: those of PICTURES, in `root` as datas/ has them and in scikit-image; or all in a folder, `own`."""

    task: str
    root: Path
    own: bool = False

    @property
    def words(self) -> str:
        """Where they come from."""
        return f"{self.root.name} (asked for)" if self.own else "the project's data folder and scikit-image"

    def names(self) -> list[str]:
        """Return the names of those that are there."""
        if not self.own:
            return [name for name in PICTURES[self.task] if name in _OF_SKIMAGE or self._exists(name)]
        files = [path for ending in (".png", ".jpg") for path in self.root.glob(f"*{ending}")]
        return sorted({path.stem.removesuffix("_GT") for path in files if not path.stem.endswith("_mask")})

    def load(self, name: str) -> tuple[np.ndarray, np.ndarray | None]:
        """Return a picture, float32 [C, H, W] in [0, 1], and for inpaint its holes, [1, H, W]."""
        if not self.own and name in _OF_SKIMAGE:
            return to_unit(load_truth(_EMBEDDED, name, 1)), None
        path = image_path(self._folder(name), name)
        return read_photo(path).pixels, read_holes(path) if self.task == "inpaint" else None

    def _folder(self, name: str) -> Path:
        return self.root if self.own else self.root / _FOLDERS[name]

    def _exists(self, name: str) -> bool:
        try:
            return image_path(self._folder(name), name).exists()
        except InputError:
            return False


def find_pictures(task: str, folder: Path | None = None) -> Pictures:
    """Return the pictures of a task: in `folder`, else $PADDLE_DIP_DATA, else datas/; raises InputError where there are none."""
    one_of("task", task, PICTURES)
    root = folder or Path(os.environ.get("PADDLE_DIP_DATA") or "datas")
    pictures = Pictures(task, root, own=folder is not None)
    if not pictures.names():
        raise InputError(f"data folder {root} has no picture for {task}: datas/README.md says what belongs there")
    return pictures
