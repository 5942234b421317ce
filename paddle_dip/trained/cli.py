"""The commands of the trained networks; paddle_dip.cli takes them in."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from paddle_dip.command import at_least, command_line, console, one_of
from paddle_dip.files import whole_file, writable_folder
from paddle_dip.problem.images import check_writable, read_photo, write_photo
from paddle_dip.problem.presets import PRECISIONS, described
from paddle_dip.problem.trained.blurs import BLURS
from paddle_dip.problem.trained.presets import AUTOENCODER_PRESETS, DEBLUR_PRESETS, deblur_preset
from paddle_dip.report.tables import terminal_table

app = command_line()
train = command_line(help="Train a network on a data set.", no_args_is_help=True)
app.add_typer(train, name="train")

OUT = typer.Option(help="The run's folder: checkpoints, figures and pictures of each epoch, summary.json.")
EPOCHS = typer.Option(None, help="Epochs, instead of the preset's.")
BATCH = typer.Option(None, help="Samples a step, instead of the preset's.")
SEED = typer.Option(0, help="Seed of everything random: weights, split, order, dropout, jitter, holes.")
MINUTES = typer.Option(None, help="Stop at the last epoch's end before this many minutes are over; --resume goes on.")
KEEP = typer.Option(3, help="Checkpoints to keep.")
WORKERS = typer.Option(0, help="Processes that read the data; 0: this one.")
PRECISION = typer.Option("float32", help="float32, or bf16 on a GPU.")
VISUALDL = typer.Option(None, help="Folder for VisualDL's logs (pip install visualdl).")
RESUME = typer.Option(False, "--resume", help="Go on with the run in --out.")
SKIP = typer.Option(False, "--skip-bad", help="Name files that can't be used and go on without them, instead of stopping.")


@dataclass(frozen=True)
class Common:
    """The options that all trainings share."""

    out: Path
    seed: int
    minutes: float | None
    keep: int
    workers: int
    visualdl: Path | None
    resume: bool

    def __post_init__(self):
        for option, least in (("seed", 0), ("keep", 1), ("workers", 0)):
            at_least(f"--{option}", getattr(self, option), least)
        if self.minutes is not None:
            at_least("--minutes", self.minutes, 0)


@app.command("prepare-pairs")
def prepare_pairs(
    photos: Path = typer.Argument(help="A folder of sharp photos, sub-folders included."),
    out: Path = typer.Option(help="Where to write blurred/, sharp/ and pairs.json."),
    blur: str = typer.Option("disk", help="disk (out of focus) or gaussian."),
    strength: float = typer.Option(3.0, help="The disk's radius or the Gaussian's standard deviation, in pixels of the pair."),
    size: int = typer.Option(256, help="Pixels a side, a multiple of 256."),
    skip_bad: bool = SKIP,
) -> None:
    """Make pairs of blurred and sharp photos: the middle square, blurred, then both resized."""
    from paddle_dip.problem.trained.pairs import PairSettings
    from paddle_dip.problem.trained.pairs import prepare_pairs as prepare

    settings = PairSettings(one_of("--blur", blur, BLURS), strength, size)
    made = prepare(photos, out, settings, skip=_skipper(skip_bad))
    console().print(f"{out}: {made} pairs of {size}x{size} pixels, {blur} {strength:g}", soft_wrap=True)


@train.command("deblur")
def train_deblur(
    pairs: Path = typer.Argument(help="A folder with blurred/ and sharp/, as prepare-pairs makes it."),
    out: Path = OUT,
    preset: str = typer.Option("repository", help=f"One of {', '.join(DEBLUR_PRESETS)}."),
    width: int = typer.Option(64, help="Channels of the first layer, the others in proportion."),
    epochs: int = EPOCHS,
    batch: int = BATCH,
    seed: int = SEED,
    minutes: float = MINUTES,
    keep: int = KEEP,
    workers: int = WORKERS,
    precision: str = PRECISION,
    visualdl: Path = VISUALDL,
    resume: bool = RESUME,
    skip_bad: bool = SKIP,
) -> None:
    """Train the Pix2Pix deblurrer on pairs of blurred and sharp photos."""
    from paddle_dip.problem.trained.pairs import common_size, find_pairs
    from paddle_dip.problem.trained.split import kept_split

    common = Common(out, seed, minutes, keep, workers, visualdl, resume)
    chosen = _changed(deblur_preset(preset, width=width), epochs, batch, precision)
    found, skip = find_pairs(pairs), _skipper(skip_bad)
    size = common_size(found, 2 ** len(chosen.generator.down), skip=skip_bad)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained import deblurrer
    from paddle_dip.trained.runs import open_run

    settings = {"task": "deblur", "seed": seed, "size": size, **chosen.settings()}
    with open_run(out, settings, resume=resume) as folder:
        split = kept_split(folder / "split.json", [pair.name for pair in found], chosen.test_share, seed)
        sides = [[pair for pair in found if pair.name in names] for names in (split.train, split.test)]
        lesson = deblurrer.deblur_lesson(sides[0], chosen, seed=seed, skip=skip)
        _run(
            common,
            lesson,
            settings,
            assess=lambda: deblurrer.assess_deblurrer(lesson.networks["generator"], sides[1], skip=skip),
            facts=lambda: {"train": len(sides[0]), "test": len(sides[1]), "baselines": deblurrer.baselines(*sides, skip=skip)},
        )


@train.command("digits")
def train_digits(
    out: Path = OUT,
    data: Path = typer.Option(None, help="A folder with MNIST's four .gz files; without it Paddle downloads them."),
    epochs: int = EPOCHS,
    batch: int = BATCH,
    seed: int = SEED,
    minutes: float = MINUTES,
    keep: int = KEEP,
    workers: int = WORKERS,
    precision: str = PRECISION,
    visualdl: Path = VISUALDL,
    resume: bool = RESUME,
) -> None:
    """Train the autoencoder of MNIST's digits, which fills in an erased rectangle; draws its latent space too."""
    common = Common(out, seed, minutes, keep, workers, visualdl, resume)
    chosen = _changed(AUTOENCODER_PRESETS["digits"], epochs, batch, precision)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.report.latent import latent_scatter
    from paddle_dip.trained import autoencoder
    from paddle_dip.trained.datasets import Digits, read_digits
    from paddle_dip.trained.runs import Assessment, open_run

    images, _ = read_digits(data, train=True)
    held_out, labels = (part[:_TEST_DIGITS] for part in read_digits(data, train=False))
    settings = {"task": "digits", "seed": seed, **chosen.settings()}

    def assess() -> Assessment:
        network = lesson.networks["autoencoder"]
        found = autoencoder.assess_autoencoder(network, Digits(held_out, erase=chosen.erase, seed=seed), batch=chosen.batch)
        vectors = autoencoder.encoded(network, held_out[:, None] / 255)
        return Assessment(found.figures, found.pictures | {"latent": latent_scatter(vectors, labels)})

    with open_run(out, settings, resume=resume):
        lesson = autoencoder.autoencoder_lesson(
            chosen, lambda epoch: Digits(images, erase=chosen.erase, seed=seed, epoch=epoch + 1), seed=seed
        )
        _run(common, lesson, settings, assess=assess, facts=lambda: {"train": len(images), "test": len(held_out)})


@train.command("photos")
def train_photos(
    photos: Path = typer.Argument(help="A folder of photos, sub-folders included."),
    out: Path = OUT,
    size: int = typer.Option(512, help="Pixels a side, a multiple of 64."),
    epochs: int = EPOCHS,
    batch: int = BATCH,
    seed: int = SEED,
    minutes: float = MINUTES,
    keep: int = KEEP,
    workers: int = WORKERS,
    precision: str = PRECISION,
    visualdl: Path = VISUALDL,
    resume: bool = RESUME,
    skip_bad: bool = SKIP,
) -> None:
    """Train the autoencoder of colour photos, which fills in an erased rectangle, another one each time."""
    from paddle_dip.problem.trained.pairs import photo_files
    from paddle_dip.problem.trained.split import kept_split

    common = Common(out, seed, minutes, keep, workers, visualdl, resume)
    chosen = _changed(AUTOENCODER_PRESETS["photos"], epochs, batch, precision)
    chosen = replace(chosen, network=replace(chosen.network, size=size))
    files, skip = {file.relative_to(photos).as_posix(): file for file in photo_files(photos)}, _skipper(skip_bad)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained import autoencoder
    from paddle_dip.trained.datasets import Photos
    from paddle_dip.trained.runs import open_run

    settings = {"task": "photos", "seed": seed, **chosen.settings()}
    with open_run(out, settings, resume=resume) as folder:
        split = kept_split(folder / "split.json", list(files), chosen.test_share, seed)
        train_files, test_files = ([files[name] for name in names] for names in (split.train, split.test))
        kind = {"erase": chosen.erase, "seed": seed, "skip": skip}
        lesson = autoencoder.autoencoder_lesson(chosen, lambda e: Photos(train_files, size, epoch=e + 1, **kind), seed=seed)
        test = Photos(test_files, size, **kind)
        _run(
            common,
            lesson,
            settings,
            assess=lambda: autoencoder.assess_autoencoder(lesson.networks["autoencoder"], test, batch=chosen.batch),
            facts=lambda: {"train": len(train_files), "test": len(test_files)},
        )


@train.command("presets")
def train_presets() -> None:
    """List every training's numbers and where they come from."""
    for title, preset in {**DEBLUR_PRESETS, **AUTOENCODER_PRESETS}.items():
        table = terminal_table(title, ["setting", "value", "source"], described(preset))
        for column in table.columns[1:]:
            column.justify = "left"
        console().print(table)


@app.command()
def deblur(
    photo: Path = typer.Argument(help="The blurred photo: any size, colour or grey, 8 or 16 bits, with or without alpha."),
    checkpoint: Path = typer.Option(help="The folder of a run of `train deblur`, or one of its checkpoints."),
    out: Path = typer.Option(help="Where to write the result: .png, .jpg, .tif or .webp."),
) -> None:
    """Deblur a photo with a trained network."""
    blurred = read_photo(photo)
    check_writable(out, blurred)
    writable_folder(out.parent)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained.deblurrer import deblur_photo, load_deblurrer

    sharp = deblur_photo(blurred, *load_deblurrer(checkpoint))
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
    writable_folder(out.parent)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.problem.trained.holes import erased
    from paddle_dip.report.grids import picture_grid
    from paddle_dip.trained import autoencoder

    network = autoencoder.load_autoencoder(checkpoint)
    picture = autoencoder.read_for(network, photo)
    damaged = erased(picture, seed, 0, 0) if erase else picture
    shown = {"photo": picture, "erased": damaged} if erase else {"photo": picture}
    shown["output"] = autoencoder.restored(network, damaged[None])[0]
    with whole_file(out) as file:
        picture_grid({name: autoencoder.enlarged(image) for name, image in shown.items()}).save(file, format="PNG")
    console().print(f"{out}: {' | '.join(shown)}", soft_wrap=True)


_TEST_DIGITS = 1000  # of MNIST's 10,000: their SSIM would take longer than the epoch


def _changed(preset, epochs: int | None, batch: int | None, precision: str):
    changes = {name: at_least(f"--{name}", v, 1) for name, v in (("epochs", epochs), ("batch", batch)) if v is not None}
    return replace(preset, precision=one_of("--precision", precision, PRECISIONS), **changes)


def _skipper(wanted: bool) -> Callable[[str], None] | None:
    """Return what tells of a file that is left out, once each; None where files aren't to be left out."""
    told: set[str] = set()

    def skip(reason: str) -> None:
        if reason not in told:
            told.add(reason)
            print(f"skipped: {reason}", file=sys.stderr, flush=True)

    return skip if wanted else None


def _run(common: Common, lesson, settings: dict, *, assess: Callable, facts: Callable[[], dict]) -> None:
    """Train in the folder of an open run, print each epoch's row, and write the summary."""
    from paddle_dip.trained.runs import Plan, run, write_summary
    from paddle_dip.trained.visual import scalar_log

    with scalar_log(common.visualdl) as log:

        def watch(row: dict[str, float]) -> None:
            figures = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
            console().print(f"epoch {row['epoch']}/{lesson.epochs}: {figures}", soft_wrap=True)
            log(row)

        plan = Plan(common.keep, common.workers, common.minutes)
        rows = run(common.out, lesson, settings, assess=assess, plan=plan, watch=watch)
    found = facts()
    write_summary(common.out, settings, rows, found)
    for name, score in found.get("baselines", {}).items():
        if isinstance(score, dict):
            console().print(f"to beat: {name} psnr {score['psnr']:.4g}, ssim {score['ssim']:.4g}", soft_wrap=True)
