"""What every training's command does once its training is made."""

from collections.abc import Callable

from paddle_dip.cli.command import console
from paddle_dip.cli.training_options import TrainingOptions


def run_training(options: TrainingOptions, training, settings: dict, *, assess: Callable, facts: Callable[[], dict]) -> None:
    """Train in the folder of an open run, print each epoch's row, and write the summary."""
    from paddle_dip.trained.runs import Plan, run, write_summary
    from paddle_dip.trained.visualdl_log import scalar_log

    with scalar_log(options.visualdl) as log:

        def watch(row: dict[str, float]) -> None:
            figures = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "epoch")
            console().print(f"epoch {row['epoch']}/{training.preset.epochs}: {figures}", soft_wrap=True)
            log(row)

        plan = Plan(options.keep, options.workers, options.minutes)
        rows = run(options.out, training, settings, assess=assess, plan=plan, watch=watch)
    found = facts()
    write_summary(options.out, settings, rows, found)
    for name, score in found.get("baselines", {}).items():
        if isinstance(score, dict):
            figures = ", ".join(f"{figure} {value:.4g}" for figure, value in score.items())
            console().print(f"to beat: {name} {figures}", soft_wrap=True)
