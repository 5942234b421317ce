"""Masks: what of a picture is marked, by its colour and its alpha."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.images import read_photo
from paddle_dip.io.photo import Photo, sample_of

HOLES = ("white", "black")
_FAINT = 1 / 8  # a mask that marks nothing more than that has another scale, or numbers objects
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

    holes: the colour that marks, "white" or "black"; greys mark in part, colours by the channel that marks most. A picture of two
    values marks where it has the one nearer to `holes`, whatever they are. A transparent pixel marks nothing, except that where the
    alpha differs between pixels and the visible colour doesn't, the alpha alone is the mask: one colour, painted on a transparent
    layer, marks whatever colour it is. Lossy compression leaves noise: what a lossy picture marks becomes 0 or 1.
    Raises InputError for marks of several values that are all faint.
    """
    if holes not in HOLES:
        raise InputError(f"holes must be one of {', '.join(HOLES)}, not {holes}")
    alpha = photo.alpha if photo.alpha is not None and photo.alpha.min() < photo.alpha.max() else None
    if alpha is not None and _one_colour(photo.pixels, alpha):
        marks, notes = marked_by(replace(photo, pixels=alpha[None], alpha=None, scale=(0.0, 1.0)), name=name)
        return marks, (f"{name}: one colour on a transparent layer, what isn't transparent is taken as marked", *notes)
    marks, notes = _marks(photo, np.s_[:] if alpha is None else alpha > 0, holes, name)
    if photo.lossy:
        notes = (*notes, f"{name}: lossy compression leaves noise, so its marks are rounded to none or whole; PNG keeps soft edges")
        marks = (marks > marks.max() / 2).astype(np.float32)
    return (marks if alpha is None else marks * alpha)[None], notes


def _marks(photo: Photo, seen: slice | np.ndarray, holes: str, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return what the colours mark, [H, W], and notes. seen: where they show. Programs that mark objects number them from 0."""
    light = photo.pixels.max(axis=0) if holes == "white" else photo.pixels.min(axis=0)
    low, high = light[seen].min(), light[seen].max()
    none, whole = (low, high) if holes == "white" else (high, low)
    if not photo.lossy and 0 < high - low < 1 and ((light[seen] == low) | (light[seen] == high)).all():
        values = f"{sample_of(photo, none):g} and {sample_of(photo, whole):g}"
        return (light == whole).astype(np.float32), (f"{name} holds the values {values}: taken as unmarked and marked",)
    marks = light if holes == "white" else 1 - light
    if 0 < marks[seen].max() < _FAINT:
        nearest = f"the nearest value to it is {sample_of(photo, whole):g}"
        raise InputError(f"{name} marks nothing clearly: {holes} marks, and {nearest}; make what is marked {holes}")
    return marks, ()


def _one_colour(pixels: np.ndarray, alpha: np.ndarray) -> bool:
    """Is there one colour where the picture can be seen? What is transparent has any colour, by the program that wrote it."""
    visible = pixels[:, alpha >= alpha.max() / 2]
    return bool((visible.max(axis=1) - visible.min(axis=1)).max() <= _ONE_COLOUR)
