"""The command that trains object removal."""

from dataclasses import replace
from pathlib import Path

import typer

from paddle_dip.cli.command import with_options
from paddle_dip.cli.training import run_training
from paddle_dip.cli.training_options import Precision, SkipBad, TrainingOptions, skipper
from paddle_dip.errors import InputError, at_least
from paddle_dip.trained.problem.removal_presets import REMOVAL_PRESETS, RemovalPreset, removal_preset


@with_options
def train_removal(
    photos: Path = typer.Argument(help="A folder of photos, sub-folders included."),
    preset: str = typer.Option("small", help=f"One of {', '.join(REMOVAL_PRESETS)}: for a CPU, or the write-up's numbers."),
    size: int | None = typer.Option(None, help="Pixels a side of what is learnt from, a multiple of 64, instead of the preset's."),
    width: int | None = typer.Option(None, help="Channels of the finest scale instead of 32, the others in proportion."),
    fourier: float = typer.Option(0.0, help="Weight of the loss in the Fourier domain; 0: none."),
    views: int | None = typer.Option(
        None, help="How often an epoch sees each photo, each time another square of it with another hole."
    ),
    learning_rate: float | None = typer.Option(None, help="Both optimisers', instead of the preset's."),
    held_out: float | None = typer.Option(None, help="Share of the photos to test with; 0: test with those learnt from."),
    fixed: bool = typer.Option(
        False, "--fixed", help="Always the middle squares, each with one hole: to see whether it learns at all."
    ),
    precision: Precision = "float32",
    skip_bad: SkipBad = False,
    *,
    options: TrainingOptions,
) -> None:
    """Train the network that fills holes, on photos with random ones: rectangles and strokes of a brush."""
    from paddle_dip.trained.problem.crops import check_sizes, read_large
    from paddle_dip.trained.problem.pairs import named_photos
    from paddle_dip.trained.problem.split import kept_split

    seed = options.seed
    chosen = options.applied(removal_preset(preset, size=size, width=width), precision)
    chosen = _with(chosen, fourier_weight=fourier, views=views, learning_rate=learning_rate, test_share=held_out, fixed=fixed)
    files, skip = named_photos(photos), skipper(skip_bad)
    check_sizes(list(files.values()), chosen.size, skip=skip_bad)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained import remover
    from paddle_dip.trained.datasets import Holed, usable
    from paddle_dip.trained.runs import open_run

    settings = {"task": "removal", "seed": seed, **chosen.settings()}
    with open_run(options.out, settings, resume=options.resume) as folder:
        split = kept_split(folder / "split.json", list(files), chosen.test_share, seed)
        train_files, test_files = ([files[name] for name in names] for names in (split.train, split.test))
        test_files = usable(test_files, lambda file: read_large(file, chosen.size), skip)
        training = remover.removal_training(train_files, chosen, seed=seed, skip=skip)
        test = Holed(test_files, chosen.size, seed=seed)
        run_training(
            options,
            training,
            settings,
            assess=lambda: remover.assess_filler(training.networks["filler"], test),
            facts=lambda: {"train": len(train_files), "test": len(test_files)},
        )


def _with(preset: RemovalPreset, **changes) -> RemovalPreset:
    """Return a preset with the changes that aren't None; raises InputError, naming the option, for a bad one."""
    given = {name: value for name, value in changes.items() if value is not None}
    least = {"fourier_weight": ("--fourier", 0), "views": ("--views", 1), "learning_rate": ("--learning-rate", 1e-9)}
    for name, (option, lowest) in least.items():
        if name in given:
            at_least(option, given[name], lowest)
    if not 0 <= given.get("test_share", 0) < 1:
        raise InputError(f"--held-out must be at least 0 and below 1, not {given['test_share']}")
    return replace(preset, **given)
