"""The command that takes an object out of a photo: by a trained network, or by the Deep Image Prior."""

from pathlib import Path

import numpy as np
import typer

from paddle_dip.cli.command import console, say, with_options
from paddle_dip.cli.options import Options, Out, changed_options
from paddle_dip.cli.photos import read_told
from paddle_dip.cli.places import check_apart, check_place
from paddle_dip.cli.tasks import inpaint
from paddle_dip.errors import InputError, one_of
from paddle_dip.io.files import writable_folder
from paddle_dip.io.images import Photo, write_photo
from paddle_dip.io.masks import HOLES, read_mask
from paddle_dip.trained.problem.residuals import check_hole


@with_options
def remove_object(
    photo: Path = typer.Argument(help="The photo: any size, colour or grey, 8 or 16 bits, with or without alpha."),
    mask: Path = typer.Argument(help="A picture of the same size that marks the object; in between: how much of the fill shows."),
    *,
    out: Out,
    checkpoint: Path | None = typer.Option(
        None, help="The folder of a run of `train removal`, or a checkpoint; without it the Deep Image Prior fills, as by inpaint."
    ),
    holes: str = typer.Option("white", help="Which colour of the mask marks the object: white or black."),
    preset: str | None = typer.Option(None, help="Without --checkpoint: the settings, as of inpaint; fast if not given."),
    options: Options,
) -> None:
    """Take an object out of a photo and fill the place."""
    if checkpoint is None:
        inpaint(photo=photo, mask=mask, out=out, holes=holes, preset=preset or "fast", **vars(options))
        return
    for option in (["--preset"] if preset else []) + changed_options(options):
        raise InputError(f"{option} is for the Deep Image Prior: leave it out, or --checkpoint")
    whole = read_told(photo)
    marked = read_mask(mask, one_of("--holes", holes, HOLES), say=say)
    check_hole(marked, whole.pixels)
    check_place(out, photo, whole)
    check_apart(out, mask, "mask")
    if not checkpoint.exists():
        raise InputError(f"--checkpoint {checkpoint} doesn't exist")
    writable_folder(out.parent)
    _fill(whole, marked, checkpoint, out)


def _fill(photo: Photo, mask: np.ndarray, checkpoint: Path, out: Path) -> None:
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained.remover import load_filler
    from paddle_dip.trained.remover import remove_object as remove

    filler, size = load_filler(checkpoint)
    result = remove(photo, mask, filler, size)
    write_photo(out, result)
    console().print(f"{out}: {result.pixels.shape[2]}x{result.pixels.shape[1]} pixels", soft_wrap=True)
