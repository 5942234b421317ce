"""The command that runs the super-resolution benchmark: table, pictures, page."""

from dataclasses import replace
from pathlib import Path

import typer

from paddle_dip.cli.benchmark_options import BenchmarkOptions, image_names
from paddle_dip.cli.command import console, with_options
from paddle_dip.errors import one_of
from paddle_dip.evaluation.benchmark.magnification import Magnification
from paddle_dip.problem import dataset
from paddle_dip.problem.presets import AVERAGES
from paddle_dip.problem.super_resolution_presets import PRESETS, super_resolution_preset
from paddle_dip.report.results import ResultRow
from paddle_dip.report.tables import terminal_table

FACTORS = (2, 4, 8)


@with_options
def benchmark(
    preset: str = typer.Option("fast", help=f"One of {', '.join(PRESETS)}."),
    factor: int = typer.Option(8, help="Magnification: 2, 4 or 8."),
    images: str = typer.Option("all", help="all, or names separated by commas."),
    data: str = typer.Option(
        None,
        help="Folder of NAME_GT.png files; embedded; or set14: in datas/sr, $PADDLE_DIP_DATA/sr, AI Studio's. "
        "Default: set14, where it isn't there embedded.",
    ),
    out: Path = typer.Option("out/benchmark", help="Folder for the results."),
    average: str = typer.Option(None, help="none or ema, instead of the preset's."),
    *,
    options: BenchmarkOptions,
) -> None:
    """Restore the benchmark's images and score them by the paper's metric."""
    one_of("--factor", factor, FACTORS)
    chosen = super_resolution_preset(preset, factor)
    if average is not None:
        chosen = replace(chosen, average=one_of("--average", average, AVERAGES))
    source = dataset.find_source(data)
    settings = options.settings(Magnification(source, factor), image_names(images, dataset.image_names(source)), chosen, out)
    screen = console()
    screen.print(f"Images: {source.words}; results: {out}", soft_wrap=True)
    outcome = options.run(settings, _line)
    title = f"x{factor}, preset {preset}, seed {options.seed}: PSNR Y in dB (paper's metric)"
    screen.print(terminal_table(title, *outcome.table))
    screen.print(f"Mean {outcome.table[1][-1][3]} dB. Page: {out / 'index.html'}", soft_wrap=True)


def _line(row: ResultRow) -> str:
    return f"{row.image}: {row.psnr_y:.3f} dB (bicubic {row.bicubic_psnr_y:.3f}) in {row.seconds:.0f} s"
