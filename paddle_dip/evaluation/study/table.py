"""The study's readings as Markdown tables."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.evaluation.study.trial import Reading, read_readings
from paddle_dip.evaluation.study.variants import DECAYS, VARIANTS
from paddle_dip.report.readme import markdown

_COLUMNS = 5  # of a fit's course
_AVERAGES = dict(zip(DECAYS, ("average", "average_995", "average_998"), strict=True))  # of a Reading


@dataclass(frozen=True)
class Fit:
    """A finished trial. stops: what the stoppers did, as StopperEvaluation.endings says it; stop, decay: its own preset's."""

    variant: str
    damage: str
    image: str
    readings: list[Reading]
    stops: list[dict]
    stop: str
    decay: float

    def course(self) -> list[float]:
        """Return the PSNR, in dB, of the average that the trial's preset takes, reading by reading."""
        return [getattr(reading, _AVERAGES[self.decay]) for reading in self.readings]


def read_fits(folder: Path) -> list[Fit]:
    """Return every finished trial in a folder."""
    found = []
    for path in sorted(folder.glob("*.json")):
        made = json.loads(path.read_text(encoding="utf-8"))
        words = Damage(**made["damage"]).words
        own = made["preset"]["stop"], made["preset"]["average_decay"]
        found.append(Fit(made["variant"], words, made["image"], read_readings(path.with_suffix(".csv")), made["stops"], *own))
    return found


def study_table(folder: Path) -> str:
    """Return the moving average's PSNR, in dB, a line a variant, damage and image, over the course of the fits.

    Where a fit was repeated with other seeds: their mean, and the standard deviation over them.
    """
    groups: dict[tuple, list[Fit]] = defaultdict(list)
    for fit in read_fits(folder):
        groups[fit.damage, _rank(fit.variant), fit.variant, fit.image, fit.readings[-1].step].append(fit)
    course = [f"after {part}/{_COLUMNS}" for part in range(1, _COLUMNS + 1)]
    heading = ["variant", "damage", "image", "seeds", "TFLOP", "steps", *course, "iterate at the end"]
    return markdown([heading, *(_line(groups[key]) for key in sorted(groups))])


def stops_table(folder: Path) -> str:
    """Return what each stopper costs: the gap to the best reading of the average, in dB, and the share of the steps it saves."""
    groups: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for fit in read_fits(folder):
        course, steps = fit.course(), fit.readings[-1].step
        whole = [] if fit.stop == "held-out" else [{"stop": "never", "ended": steps, "quality": course[-1]}]
        for end in [*fit.stops, *whole]:
            cost = (max(course) - end["quality"], 1 - end["ended"] / steps, course[-1] - end["quality"])
            groups[fit.damage, end["stop"]].append(cost)
    heading = ["damage", "stop", "fits", "gap to the best: mean", "worst", "steps saved", "worse than the end by"]
    lines = []
    for (damage, stop), ends in sorted(groups.items()):
        gap, saved, cost = np.round(np.array(ends), 2).T + 0.0  # no "-0.00"
        figures = [f"{gap.mean():.2f}", f"{gap.max():.2f}", f"{saved.mean():.0%}", f"{cost.mean():+.2f}"]
        lines.append([damage, stop, str(len(ends)), *figures])
    return markdown([heading, *lines])


def _rank(variant: str) -> int:
    names = list(VARIANTS)
    return names.index(variant) if variant in names else len(names)


def _line(fits: list[Fit]) -> list[str]:
    first, ends = fits[0], [fit.readings[-1] for fit in fits]
    course = [ends[0].step * part / _COLUMNS for part in range(1, _COLUMNS + 1)]
    figures = [_cell([_near(fit, step) for fit in fits]) for step in course]
    size = [f"{ends[0].tflop:.0f}", str(ends[0].step)]
    return [first.variant, first.damage, first.image, str(len(fits)), *size, *figures, _cell([end.iterate for end in ends])]


def _near(fit: Fit, step: float) -> float:
    distances = [abs(reading.step - step) for reading in fit.readings]
    return fit.course()[distances.index(min(distances))]


def _cell(values: list[float]) -> str:
    return f"{np.mean(values):.2f}" + (f" +- {np.std(values, ddof=1):.2f}" if len(values) > 1 else "")
