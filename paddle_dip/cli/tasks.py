"""The commands, one a task of the table: what each asks for beside the options that all have."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import typer

from paddle_dip.cli.command import with_options
from paddle_dip.cli.options import Options, Out, PresetName
from paddle_dip.cli.photos import read_told, restore_photos, same_for_all
from paddle_dip.cli.places import partner
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.io.masks import HOLES, read_mask
from paddle_dip.io.photo import Photo
from paddle_dip.problem.randomness import random_holes
from paddle_dip.problem.super_resolution_presets import PRESETS
from paddle_dip.problem.task_table import FACTOR, TASKS, task_preset

COMMANDS: dict[str, Callable] = {}


def _command(task: str) -> Callable[[Callable], Callable]:
    """Return what makes a function the command of a task: with all options, the table's words as its help."""

    def registered(command: Callable) -> Callable:
        command.__doc__ = TASKS[task].words
        COMMANDS[task] = with_options(command)
        return COMMANDS[task]

    return registered


@_command("super-resolve")
def super_resolve(
    photos: list[Path] = typer.Argument(
        help="The low-resolution photos, or folders of them: colour or grey, 8 or 16 bits, with or without alpha."
    ),
    *,
    out: Out,
    factor: int = typer.Option(FACTOR, help="Magnification, a whole number of at least 2."),
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    options: Options,
) -> None:
    chosen = options.applied(task_preset("super-resolve", preset, factor))
    restore_photos(photos, out, options, chosen, partial(same_for_all, factor=factor))


@_command("denoise")
def denoise(
    photos: list[Path] = typer.Argument(help="The noisy photos, or folders of them."),
    *,
    out: Out,
    sigma: float | None = typer.Option(
        None, help="The noise's standard deviation, of 255; for --stop sigma. Default: estimated from the photo."
    ),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("denoise", preset))
    restore_photos(photos, out, options, chosen, partial(same_for_all, sigma=sigma))


@_command("dejpeg")
def dejpeg(
    photos: list[Path] = typer.Argument(help="The photos with JPEG's blocks and ringing, or folders of them."),
    *,
    out: Out,
    preset: PresetName = "fast",
    options: Options,
) -> None:
    restore_photos(photos, out, options, options.applied(task_preset("dejpeg", preset)))


@_command("inpaint")
def inpaint(
    photo: Path = typer.Argument(help="The photo with holes, text or a watermark on it; or a folder of such."),
    mask: Path = typer.Argument(
        help="A picture of the same size that marks what to fill; in between: by as much. Or a folder of one of each photo's name."
    ),
    *,
    out: Out,
    holes: str = typer.Option("white", help="Which colour of the mask marks what to fill: white or black."),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("inpaint", preset))
    masks = partial(_masks, mask=mask, holes=one_of("--holes", holes, HOLES))
    restore_photos([photo], out, options, chosen, masks, beside={"mask": mask})


def _masks(path: Path, photo: Photo, *, say: Callable[[str], None], mask: Path, holes: str = "white") -> dict[str, Any]:
    return {"mask": read_mask(partner(mask, path), holes, say=say)}


@_command("restore-pixels")
def restore_pixels(
    photos: list[Path] = typer.Argument(
        help="The photos with missing pixels, or folders of them; or, with --drop, whole ones to take pixels from."
    ),
    mask: Path | None = typer.Option(
        None, help="A picture of the same size: white where a pixel is missing. Or a folder of one of each photo's name."
    ),
    *,
    out: Out,
    drop: float | None = typer.Option(None, help="Share of the pixels to take away first, to see what comes back: 0.5 is half."),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("restore-pixels", preset))
    if mask is not None and drop is None:
        restore_photos(photos, out, options, chosen, partial(_masks, mask=mask), beside={"mask": mask})
    elif drop is not None and mask is None:
        dropped = partial(_dropped, share=drop, seed=options.seed)
        restore_photos(photos, out, options, chosen, dropped, photo_is_truth=options.truth is None)
    else:
        raise InputError("restore-pixels needs --mask, or --drop to take pixels away, and not both")


def _dropped(path: Path, photo: Photo, *, say: Callable[[str], None], share: float, seed: int) -> dict[str, Any]:
    """Return a mask of so many pixels at random, float32 [1, H, W]; raises InputError where it marks none, or all."""
    if not 0 < share < 1:
        raise InputError(f"--drop must lie between 0 and 1, not {share}")
    missing = random_holes(photo.pixels.shape[1:], share, at_least("--seed", seed, 0))
    if missing.min() == missing.max():
        raise InputError(f"--drop {share} takes no pixel of a photo as small as this, or all")
    return {"mask": missing}


@_command("flash-no-flash")
def flash_no_flash(
    photo: Path = typer.Argument(help="The photo taken without flash: dark and noisy, in the right light; or a folder of such."),
    flash: Path = typer.Argument(help="The same scene with flash, of the same size; or a folder of one of each photo's name."),
    *,
    out: Out,
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("flash-no-flash", preset))
    restore_photos([photo], out, options, chosen, partial(_flashes, flash=flash), beside={"flash photo": flash})


def _flashes(path: Path, photo: Photo, *, say: Callable[[str], None], flash: Path) -> dict[str, Any]:
    return {"flash": read_told(partner(flash, path), say).pixels}
