"""The commands, one a task: what each asks for, and the problem it makes of a photo."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import typer

from paddle_dip.cli.command import one_of, say, with_options
from paddle_dip.cli.options import Options, Out, PresetName, check_apart, large_enough, read_told, restore_file
from paddle_dip.errors import InputError
from paddle_dip.io.masks import HOLES, read_mask
from paddle_dip.problem.noise_level import noise_level
from paddle_dip.problem.presets import PRESETS, super_resolution_preset
from paddle_dip.problem.randomness import random_holes
from paddle_dip.problem.task_presets import task_preset, task_presets
from paddle_dip.problem.tasks import Problem, check_factor, denoising, flash_no_flash, inpainting, super_resolution
from paddle_dip.problem.tiles import Tile


@with_options
def super_resolve(
    photo: Path = typer.Argument(help="The low-resolution photo: colour or grey, 8 or 16 bits, with or without alpha."),
    out: Out = ...,
    factor: int = typer.Option(4, help="Magnification, a whole number of at least 2."),
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    *,
    options: Options,
) -> None:
    """Magnify a photo with no other knowledge than the network's structure."""
    check_factor(factor)
    chosen = options.applied(super_resolution_preset(preset, factor))
    low = large_enough(photo)
    restore_file(
        out, options, photo, low, chosen, lambda tile: super_resolution(_part(low.pixels, tile), factor, chosen), factor=factor
    )


@with_options
def denoise(
    photo: Path = typer.Argument(help="The noisy photo."),
    out: Out = ...,
    sigma: float = typer.Option(
        None, help="The noise's standard deviation, of 255; for --stop sigma. Default: estimated from the photo."
    ),
    preset: PresetName = "fast",
    *,
    options: Options,
) -> None:
    """Clean a photo of noise: the network takes longer to paint the noise than the picture."""
    chosen = options.applied(task_preset("denoise", preset))
    noisy = large_enough(photo)
    if sigma is not None and not 0 < sigma <= 255:
        raise InputError(f"--sigma must be above 0 and at most 255, not {sigma}")
    level = noise_level(noisy.pixels) if sigma is None else sigma / 255
    restore_file(out, options, photo, noisy, chosen, lambda tile: denoising(_part(noisy.pixels, tile), chosen, level))


@with_options
def dejpeg(
    photo: Path = typer.Argument(help="The photo with JPEG's blocks and ringing."),
    out: Out = ...,
    preset: PresetName = "fast",
    *,
    options: Options,
) -> None:
    """Clean a photo of JPEG's artefacts."""
    chosen = options.applied(task_preset("dejpeg", preset))
    blocky = large_enough(photo)
    restore_file(out, options, photo, blocky, chosen, lambda tile: denoising(_part(blocky.pixels, tile), chosen))


@with_options
def inpaint(
    photo: Path = typer.Argument(help="The photo with holes, text or a watermark on it."),
    mask: Path = typer.Argument(help="A picture of the same size that marks what to fill; in between: by as much."),
    out: Out = ...,
    holes: str = typer.Option("white", help="Which colour of the mask marks what to fill: white or black."),
    preset: PresetName = "fast",
    *,
    options: Options,
) -> None:
    """Fill what a mask marks."""
    chosen = options.applied(task_preset("inpaint", preset))
    check_apart(out, mask, "mask")
    damaged = large_enough(photo)
    marked = read_mask(mask, one_of("--holes", holes, HOLES), say=say)
    inpainting(damaged.pixels, marked, chosen)  # refuses what can't be done
    restore_file(out, options, photo, damaged, chosen, _filling(damaged.pixels, marked, chosen))


@with_options
def restore_pixels(
    photo: Path = typer.Argument(help="The photo with missing pixels; or, with --drop, a whole one to take pixels from."),
    mask: Path = typer.Option(None, help="A picture of the same size: white where a pixel is missing."),
    out: Out = ...,
    drop: float = typer.Option(None, help="Share of the pixels to take away first, to see what comes back: 0.5 is half."),
    preset: PresetName = "fast",
    *,
    options: Options,
) -> None:
    """Bring back missing pixels."""
    chosen = options.applied(task_preset("restore-pixels", preset))
    whole = large_enough(photo)
    if mask is not None:
        check_apart(out, mask, "mask")
    if (mask is None) == (drop is None):
        raise InputError("restore-pixels needs --mask, or --drop to take pixels away, and not both")
    if drop is not None and not 0 < drop < 1:
        raise InputError(f"--drop must lie between 0 and 1, not {drop}")
    missing = read_mask(mask, say=say) if mask else random_holes(whole.pixels.shape[1:], drop, options.seed)
    if drop is not None and missing.min() == missing.max():
        raise InputError(f"--drop {drop} takes no pixel of a photo as small as this, or all")
    inpainting(whole.pixels, missing, chosen)  # refuses what can't be done
    known = whole.pixels if drop is not None and options.truth is None else None
    restore_file(out, options, photo, whole, chosen, _filling(whole.pixels, missing, chosen), truth=known)


@with_options
def no_flash(
    photo: Path = typer.Argument(help="The photo taken without flash: dark and noisy, in the right light."),
    flash: Path = typer.Argument(help="The same scene with flash, of the same size."),
    out: Out = ...,
    preset: PresetName = "fast",
    *,
    options: Options,
) -> None:
    """Clean a photo taken without flash by the details of one taken with it."""
    chosen = options.applied(task_preset("flash-no-flash", preset))
    check_apart(out, flash, "flash photo")
    dark, bright = large_enough(photo), read_told(flash)
    flash_no_flash(dark.pixels, bright.pixels, chosen)  # refuses what can't be done

    def problem(tile: Tile) -> Problem:
        return flash_no_flash(_part(dark.pixels, tile), _part(bright.pixels, tile), chosen)

    restore_file(out, options, photo, dark, chosen, problem)


COMMANDS = {
    "super-resolve": super_resolve,
    "denoise": denoise,
    "dejpeg": dejpeg,
    "inpaint": inpaint,
    "restore-pixels": restore_pixels,
    "flash-no-flash": no_flash,
}


def all_presets() -> dict:
    """Return every preset under "TASK NAME"; super-resolution's also tell the factor."""
    found = {f"{name} x{factor}": super_resolution_preset(name, factor) for name in PRESETS for factor in (8, 4)}
    for task in list(COMMANDS)[1:]:
        found |= {f"{task} {name}": preset for name, preset in task_presets(task).items()}
    return found


def _part(image: np.ndarray, tile: Tile) -> np.ndarray:
    return image[:, tile[0], tile[1]]


def _filling(image: np.ndarray, holes: np.ndarray, preset) -> Callable[[Tile], Problem]:
    return lambda tile: inpainting(_part(image, tile), _part(holes, tile), preset, part=True)
