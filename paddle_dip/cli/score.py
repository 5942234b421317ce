"""The command that scores restored image files by the paper's metric."""

from dataclasses import asdict
from pathlib import Path

import typer

from paddle_dip.cli.command import console
from paddle_dip.errors import one_of
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.problem.metrics import METRIC
from paddle_dip.report.scores import AFTER, mean_score, score_folder
from paddle_dip.report.tables import terminal_table


def score(
    reference: Path = typer.Option(help="Folder of the NAME_GT.png files."),
    restored: Path = typer.Option(help="Folder of the restored files, NAME.png or NAME + suffix + .png."),
    suffix: str = typer.Option("", help="What stands between NAME and .png, such as _deep_prior_005."),
    factor: int = typer.Option(8, help="Magnification the images were made with: it decides how the truth is cropped."),
    images: str = typer.Option("all", help="all, or names separated by commas."),
    after: str = typer.Option(
        "nothing", help=f"Done first to each image by its observation, as the preset fast does: one of {', '.join(AFTER)}."
    ),
    json_file: Path = typer.Option(None, "--json", help="Also write the scores to this file."),
) -> None:
    """Print PSNR and SSIM of each image, and their means."""
    if json_file is not None:
        writable_folder(json_file.parent)
    chosen = None if images == "all" else list(dict.fromkeys(name.strip() for name in images.split(",")))
    scores = score_folder(reference, restored, suffix, factor, images=chosen, after=one_of("--after", after, AFTER))
    mean = mean_score(scores)
    lines = [[s.image, f"{s.psnr_y:.3f}", f"{s.psnr_rgb:.3f}", f"{s.ssim_y:.4f}"] for s in (*scores, mean)]
    words = "" if after == "nothing" else f", after {after}"
    screen = console()
    screen.print(terminal_table(f"{restored}, x{factor}{words}", ["image", "PSNR Y", "PSNR RGB", "SSIM Y"], lines))
    screen.print(METRIC, soft_wrap=True)
    if json_file is not None:
        means = {f"mean_{key}": value for key, value in asdict(mean).items() if key != "image"}
        write_json(
            json_file, {"images": len(scores), "after": after, **means, "metric": METRIC, "scores": [asdict(s) for s in scores]}
        )
