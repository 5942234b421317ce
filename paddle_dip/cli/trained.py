"""The commands of the trained networks; paddle_dip.cli.app takes them in."""

from pathlib import Path

import typer

from paddle_dip.cli.command import command_line, console
from paddle_dip.cli.photos import read_told
from paddle_dip.cli.places import check_apart, check_place
from paddle_dip.cli.train import train
from paddle_dip.cli.training_options import SkipBad, skipper
from paddle_dip.errors import at_least, one_of
from paddle_dip.io.files import writable_folder
from paddle_dip.io.images import read_photo, write_photo
from paddle_dip.trained.problem.blurs import BLURS

app = command_line()
app.add_typer(train, name="train")


@app.command("prepare-pairs")
def prepare_pairs(
    photos: Path = typer.Argument(help="A folder of sharp photos, sub-folders included."),
    out: Path = typer.Option(help="Where to write blurred/, sharp/ and pairs.json."),
    blur: str = typer.Option("disk", help="disk (out of focus) or gaussian."),
    strength: float = typer.Option(3.0, help="The disk's radius or the Gaussian's standard deviation, in pixels of the pair."),
    size: int = typer.Option(256, help="Pixels a side, a multiple of 256."),
    skip_bad: SkipBad = False,
) -> None:
    """Make pairs of blurred and sharp photos: the middle square, blurred, then both resized."""
    from paddle_dip.trained.problem.pairs import PairSettings
    from paddle_dip.trained.problem.pairs import prepare_pairs as prepare

    settings = PairSettings(one_of("--blur", blur, BLURS), strength, size)
    made = prepare(photos, out, settings, skip=skipper(skip_bad))
    console().print(f"{out}: {made} pairs of {size}x{size} pixels, {blur} {strength:g}", soft_wrap=True)


@app.command()
def deblur(
    photo: Path = typer.Argument(help="The blurred photo: any size, colour or grey, 8 or 16 bits, with or without alpha."),
    checkpoint: Path = typer.Option(help="The folder of a run of `train deblur`, or one of its checkpoints."),
    out: Path = typer.Option(help="Where to write the result: .png, .jpg, .tif or .webp."),
    turns: bool = typer.Option(False, "--turns", help="The mean over eight flips and turns, in eight times the time."),
    correct: bool = typer.Option(False, "--correct", help="Make the result agree with the photo, if its blur is the one learnt."),
) -> None:
    """Deblur a photo with a trained network."""
    blurred = read_told(photo)
    check_place(out, photo, blurred)
    writable_folder(out.parent)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained.deblurrer import deblur_photo, learnt_kernel, load_deblurrer

    network = load_deblurrer(checkpoint)
    sharp = deblur_photo(blurred, *network, turns=turns, kernel=learnt_kernel(checkpoint) if correct else None)
    write_photo(out, sharp)
    console().print(f"{out}: {sharp.pixels.shape[2]}x{sharp.pixels.shape[1]} pixels", soft_wrap=True)


@app.command()
def reconstruct(
    photo: Path = typer.Argument(help="A photo, or a digit in white on black."),
    checkpoint: Path = typer.Option(help="The folder of a run of `train digits` or `train photos`, or one of its checkpoints."),
    out: Path = typer.Option(help="Where to write the pictures, a .png file."),
    erase: bool = typer.Option(False, "--erase", help="Erase a random rectangle first."),
    seed: int = typer.Option(0, help="Seed of the rectangle."),
) -> None:
    """Send a photo's middle square through an autoencoder, and show what comes out beside it."""
    at_least("--seed", seed, 0)
    one_of("--out's ending", out.suffix.lower(), (".png",))
    read_photo(photo)  # a bad one is told before Paddle has loaded
    check_apart(out, photo)
    writable_folder(out.parent)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.report.grids import picture_grid, write_png
    from paddle_dip.trained import autoencoder
    from paddle_dip.trained.problem.random_erasing import random_hole

    network = autoencoder.load_autoencoder(checkpoint)
    picture = autoencoder.read_for(network, photo)
    height, width = picture.shape[1:]
    damaged = picture * (1 - random_hole(height, width, seed, 0, 0)) if erase else picture
    shown = {"photo": picture, "erased": damaged} if erase else {"photo": picture}
    shown["output"] = autoencoder.restored(network, damaged[None])[0]
    write_png(out, picture_grid({name: autoencoder.enlarged(image) for name, image in shown.items()}))
    console().print(f"{out}: {' | '.join(shown)}", soft_wrap=True)
