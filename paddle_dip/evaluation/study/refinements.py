"""What the refinements behind a fit are worth, from a study's finished fits: none of them needs another."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.evaluation.study.ensemble_outputs import EnsembleOutputs, finished_outputs
from paddle_dip.problem.presets import NO_REFINEMENT
from paddle_dip.report.readme import markdown

# The settings of a refinement, in the order in which they are given, and what they are where none is tried.
_PLAIN = {name: value for name, value in NO_REFINEMENT.items() if name != "back_projection"}
# What is tried where nothing else is said.
TRIED = (
    "1.2, 0",
    "1.3, 0",
    "1.4, 0",
    "1, 0.03",
    "1.3, 0.02",
    "1.3, 0.03",
    "1.3, 0.04",
    "1.4, 0.03",
    "1.4, 0.04",
    "1.5, 0.04",
    "1.2, 0.05",
    "1.4, 0.05",
    "1.5, 0.05",
)


def refinements_table(folder: Path, data: Path, members: int, tried: Sequence[str] = TRIED) -> str:
    """Return as Markdown what refinements change, in dB, a line a variant, damage, image and number of steps.

    Of the average of so many members, the mean over all choices of the seeds that were run; a line more with the mean where only
    the image differs. data: the folder of sharp images. tried: "detail_gain, non_local_means" of each, or with a third number
    non_local_means_passes and a fourth non_local_means_reach. Raises InputError for others, and where no image was magnified with
    so many seeds or a fit's canvas is missing.
    """
    refinements = [_refinement(words) for words in tried]
    groups = [g for g in finished_outputs(folder, data) if g.damage.task == "super-resolve" and len(g.each) >= members]
    if not groups:
        raise InputError(f"no image in {folder} was magnified with {members} seeds")
    lines = [["variant", "damage", "image", "steps", "seeds", "1, 0", *tried]]
    for _, found in groupby(sorted(groups, key=_setting), key=_setting):
        alike = list(found)
        figures = [_figures(group, members, refinements) for group in alike]
        lines += [[*group.titles, *_cells(values)] for group, values in zip(alike, figures, strict=True)]
        if len(figures) > 1:
            lines.append(["mean", *[""] * 4, *_cells(list(np.mean(figures, axis=0)))])
    return markdown(lines)


def _setting(group: EnsembleOutputs) -> tuple:
    return group.variant, group.damage.words, group.steps


def _refinement(words: str) -> dict[str, Any]:
    numbers = words.split(",")
    try:
        if not 2 <= len(numbers) <= len(_PLAIN):
            raise ValueError
        return _PLAIN | {name: type(_PLAIN[name])(number) for name, number in zip(_PLAIN, numbers, strict=False)}
    except ValueError:
        message = "a refinement must be detail_gain, non_local_means and perhaps its passes and reach, like 1.3,0.06,3,9"
        raise InputError(f"{message}, not {words!r}") from None


def _figures(group: EnsembleOutputs, members: int, refinements: list[dict[str, Any]]) -> list[float]:
    found = (group.quality(members, replace(group.preset, **settings)) for settings in (_PLAIN, *refinements))
    plain, *refined = [quality for quality in found if quality is not None]  # none is: the group has enough members
    return [plain, *(quality - plain for quality in refined)]


def _cells(figures: list[float]) -> list[str]:
    return [f"{figures[0]:.3f}", *(f"{change:+.3f}" for change in figures[1:])]
