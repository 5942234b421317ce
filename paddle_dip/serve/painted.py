"""A mask painted over a photo, as the file that a task takes."""

from pathlib import Path

import numpy as np
from PIL import Image


def painted_mask(editor: dict | None, path: Path) -> Path | None:
    """Write what is painted as a mask, white on black, to `path`; return it, None where nothing is painted.

    editor: Gradio's ImageEditor's value with Pillow images; whatever colour a layer has, it marks where it isn't transparent.
    """
    layers = [np.asarray(layer.convert("RGBA"))[..., 3] for layer in (editor or {}).get("layers") or []]
    if not layers or not (marked := np.max(layers, axis=0) >= 128).any():
        return None
    Image.fromarray(marked).save(path)
    return path
