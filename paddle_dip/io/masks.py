"""Masks: what of a picture is marked, by its colour and its alpha."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_photo
from paddle_dip.io.photo import Photo

HOLES = ("white", "black")
_ONE_COLOUR = 8.5 / 255  # brushes with soft edges leave rounding errors in the colour


def read_mask(path: Path, holes: str = "white", *, say: Callable[[str], None] = lambda note: None) -> np.ndarray:
    """Return a mask file as float32 [1, H, W], 1 where something is marked; the rules are those of `marked_by`.

    say: called with each note on how the file was taken. Raises InputError as `read_photo` does.
    """
    photo = read_photo(path)
    marks, notes = marked_by(photo, holes, name=str(path))
    for note in (*photo.notes, *notes):
        say(note)
    return marks


def marked_by(photo: Photo, holes: str = "white", *, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what a picture marks, float32 [1, H, W], and notes that begin with `name`.

    holes: the colour that marks, "white" or "black"; greys mark in part. A transparent pixel marks nothing, except that where the
    alpha differs between pixels and the visible colour doesn't, the alpha alone is the mask: one colour, painted on a transparent
    layer, marks whatever colour it is. Lossy compression leaves noise: what a lossy picture marks becomes 0 or 1.
    """
    if holes not in HOLES:
        raise InputError(f"holes must be one of {', '.join(HOLES)}, not {holes}")
    white = photo.pixels.mean(axis=0, keepdims=True, dtype=np.float64).astype(np.float32)
    marks, notes = (white if holes == "white" else 1 - white), []
    if photo.alpha is not None and photo.alpha.min() < photo.alpha.max():
        painted = _one_colour(photo.pixels, photo.alpha)
        marks = photo.alpha[None].copy() if painted else marks * photo.alpha
        if painted:
            notes.append(f"{name}: one colour on a transparent layer, what isn't transparent is taken as marked")
    if photo.lossy:
        notes.append(f"{name}: lossy compression leaves noise, so its marks are rounded to none or whole; PNG keeps soft edges")
        marks = (marks >= 0.5).astype(np.float32)
    return marks.astype(np.float32, copy=False), tuple(notes)


def _one_colour(pixels: np.ndarray, alpha: np.ndarray) -> bool:
    """Is there one colour where the picture can be seen? What is transparent has any colour, by the program that wrote it."""
    visible = pixels[:, alpha >= alpha.max() / 2]
    return bool((visible.max(axis=1) - visible.min(axis=1)).max() <= _ONE_COLOUR)
