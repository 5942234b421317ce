"""The study's readings as a Markdown table."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from paddle_dip.report.readme import markdown
from paddle_dip.study.trial import Reading, read_readings
from paddle_dip.study.variants import VARIANTS

_STEPS = (300, 600, 900, 1200, 1860)


def study_table(folder: Path) -> str:
    """Return a table of all readings in `folder`: a line a variant and image, the moving average's PSNR after some steps, in dB.

    Where a fit was repeated with other seeds: their mean, and the standard deviation over them.
    """
    fits: dict[tuple[str, str], list[list[Reading]]] = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        variant, _, rest = path.stem.partition("_x")
        fits[variant, rest.split("_")[1]].append(read_readings(path))
    heading = ["variant", "image", "seeds", "TFLOP", *(f"{step} steps" for step in _STEPS), "iterate at the end"]
    order = sorted(fits, key=lambda key: (list(VARIANTS).index(key[0]), key[1]))
    return markdown([heading, *(_line(*key, fits[key]) for key in order)])


def _line(variant: str, image: str, fits: list[list[Reading]]) -> list[str]:
    ends = [readings[-1] for readings in fits]
    curve = [_cell([_near(readings, step) for readings in fits]) for step in _STEPS]
    return [variant, image, str(len(fits)), f"{ends[0].tflop:.0f}", *curve, _cell([end.iterate for end in ends])]


def _near(readings: list[Reading], step: int) -> float | None:
    """Return the reading nearest to `step`, None where the fit ended before it."""
    if readings[-1].step < step:
        return None
    return min(readings, key=lambda reading: abs(reading.step - step)).average


def _cell(values: list[float | None]) -> str:
    if None in values:
        return "-"
    return f"{np.mean(values):.2f}" + (f" +- {np.std(values, ddof=1):.2f}" if len(values) > 1 else "")
