"""Tables for the terminal and for the page."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from paddle_dip.problem.presets import Described, described
from paddle_dip.report.published import METHODS, published_psnr_y
from paddle_dip.report.results import ResultRow


def benchmark_table(rows: list[ResultRow], bicubic_bp: dict[str, float], known: set[str]) -> tuple[list[str], list[list[str]]]:
    """Return heading and lines, the last being the mean: bicubic, the same + back-projection, paddle_dip, published; in dB.

    bicubic_bp: bicubic + back-projection by image. known: the images whose pixels are those that the published figures are of.
    """
    published = {(r.image, m): published_psnr_y(r.image, r.factor, m) for r in rows for m in METHODS if r.image in known}
    methods = [m for m in METHODS if any(published.get((r.image, m)) is not None for r in rows)]
    heading = ["image", "bicubic", "+ BP", "paddle_dip", *(METHODS[m] for m in methods), "RGB", "SSIM", "TFLOP", "seconds"]
    figures = [
        [
            row.bicubic_psnr_y,
            bicubic_bp[row.image],
            row.psnr_y,
            *(published.get((row.image, m)) for m in methods),
            row.psnr_rgb,
            row.ssim_y,
            row.tflop,
            row.seconds,
        ]
        for row in rows
    ]
    means = [mean(column) for column in zip(*figures, strict=True)]
    digits = flop_digits([row.tflop for row in rows])
    return heading, [_line(name, f, digits) for name, f in zip([*(r.image for r in rows), "mean"], [*figures, means], strict=True)]


def terminal_table(title: str, heading: list[str], lines: list[list[str]]) -> Table:
    """Return a Rich table; every column but the first is right-aligned."""
    table = Table(title=Text(title), title_justify="left")
    for number, name in enumerate(heading):
        table.add_column(name, justify="right" if number else "left", no_wrap=number == 0)
    for line in lines:
        table.add_row(*map(Text, line))
    return table


def preset_table(title: str, preset: Described) -> Table:
    """Return a preset's numbers and where they come from."""
    table = terminal_table(title, ["setting", "value", "source"], described(preset))
    for column in table.columns[1:]:
        column.justify = "left"
    return table


def flop_digits(column: Sequence[float | None]) -> int:
    """Return how many decimals a column of TFLOP needs; None: a figure is missing."""
    return 0 if min(value for value in column if value is not None) >= 10 else 1


def _line(name: str, figures: list[float | None], decimals: int) -> list[str]:
    *psnrs, ssim, tflop, seconds = figures
    shown = (f"{ssim:.4f}", f"{tflop:.{decimals}f}", f"{seconds:.0f}")
    return [name, *(f"{v:.3f}" if v is not None else "-" for v in psnrs), *shown]


def mean(column: Sequence[float | None]) -> float | None:
    """Return the mean of a column, None where a figure is missing: a mean of some images compares with nothing."""
    known = [figure for figure in column if figure is not None]
    return None if len(known) < len(column) else sum(known) / len(known)
