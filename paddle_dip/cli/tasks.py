"""The commands, one a task of the table: what each asks for beside the options that all have."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import typer

from paddle_dip.cli.command import say, with_options
from paddle_dip.cli.options import Options, Out, PresetName, check_apart, large_enough, read_told, restore_file
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.io.masks import HOLES, read_mask
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
    photo: Path = typer.Argument(help="The low-resolution photo: colour or grey, 8 or 16 bits, with or without alpha."),
    *,
    out: Out,
    factor: int = typer.Option(FACTOR, help="Magnification, a whole number of at least 2."),
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    options: Options,
) -> None:
    chosen = options.applied(task_preset("super-resolve", preset, factor))
    restore_file(out, options, photo, large_enough(photo), chosen, factor=factor)


@_command("denoise")
def denoise(
    photo: Path = typer.Argument(help="The noisy photo."),
    *,
    out: Out,
    sigma: float | None = typer.Option(
        None, help="The noise's standard deviation, of 255; for --stop sigma. Default: estimated from the photo."
    ),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("denoise", preset))
    restore_file(out, options, photo, large_enough(photo), chosen, sigma=sigma)


@_command("dejpeg")
def dejpeg(
    photo: Path = typer.Argument(help="The photo with JPEG's blocks and ringing."),
    *,
    out: Out,
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("dejpeg", preset))
    restore_file(out, options, photo, large_enough(photo), chosen)


@_command("inpaint")
def inpaint(
    photo: Path = typer.Argument(help="The photo with holes, text or a watermark on it."),
    mask: Path = typer.Argument(help="A picture of the same size that marks what to fill; in between: by as much."),
    *,
    out: Out,
    holes: str = typer.Option("white", help="Which colour of the mask marks what to fill: white or black."),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("inpaint", preset))
    check_apart(out, mask, "mask")
    restore_file(out, options, photo, large_enough(photo), chosen, mask=read_mask(mask, one_of("--holes", holes, HOLES), say=say))


@_command("restore-pixels")
def restore_pixels(
    photo: Path = typer.Argument(help="The photo with missing pixels; or, with --drop, a whole one to take pixels from."),
    mask: Path | None = typer.Option(None, help="A picture of the same size: white where a pixel is missing."),
    *,
    out: Out,
    drop: float | None = typer.Option(None, help="Share of the pixels to take away first, to see what comes back: 0.5 is half."),
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("restore-pixels", preset))
    whole = large_enough(photo)
    if mask is not None:
        check_apart(out, mask, "mask")
    if mask is not None and drop is None:
        missing = read_mask(mask, say=say)
    elif drop is not None and mask is None:
        missing = _dropped(whole.pixels, drop, options.seed)
    else:
        raise InputError("restore-pixels needs --mask, or --drop to take pixels away, and not both")
    known = whole.pixels if drop is not None and options.truth is None else None
    restore_file(out, options, photo, whole, chosen, truth=known, mask=missing)


def _dropped(pixels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return a mask of so many pixels at random, float32 [1, H, W]; raises InputError where it marks none, or all."""
    if not 0 < share < 1:
        raise InputError(f"--drop must lie between 0 and 1, not {share}")
    missing = random_holes(pixels.shape[1:], share, at_least("--seed", seed, 0))
    if missing.min() == missing.max():
        raise InputError(f"--drop {share} takes no pixel of a photo as small as this, or all")
    return missing


@_command("flash-no-flash")
def flash_no_flash(
    photo: Path = typer.Argument(help="The photo taken without flash: dark and noisy, in the right light."),
    flash: Path = typer.Argument(help="The same scene with flash, of the same size."),
    *,
    out: Out,
    preset: PresetName = "fast",
    options: Options,
) -> None:
    chosen = options.applied(task_preset("flash-no-flash", preset))
    check_apart(out, flash, "flash photo")
    restore_file(out, options, photo, large_enough(photo), chosen, flash=read_told(flash).pixels)
