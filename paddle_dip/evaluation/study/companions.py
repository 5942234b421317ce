"""What a fit's companion is worth, from a study's finished fits."""

from dataclasses import replace
from pathlib import Path

from paddle_dip.errors import InputError
from paddle_dip.evaluation.study.ensemble_outputs import EnsembleOutputs, finished_outputs
from paddle_dip.problem.stopping import RULES
from paddle_dip.report.readme import markdown


def companions_table(folder: Path, data: Path) -> str:
    """Return as Markdown the PSNR, in dB, of companions, fits and both together, a line a variant, damage, image and steps.

    Of the average that each fit ended on; "weighed": where it withheld pixels. data: the folder of sharp images. Raises InputError
    where no problem of the folder has a companion or a fit's canvas is missing.
    """
    groups = [group for group in finished_outputs(folder, data) if group.damage.task != "super-resolve"]
    if not groups:
        raise InputError(f"no fit in {folder} has a companion: what magnifies has none")
    lines = [["variant", "damage", "image", "steps", "seeds", "companion", "fit", "equal", "weighed"]]
    return markdown([*lines, *([*group.titles, *_cells(group)] for group in groups)])


def _cells(group: EnsembleOutputs) -> list[str]:
    case, companion = group.case, group.case.problem.companion
    alone = "-" if companion is None else f"{case.score(companion, case.truth):.2f}"
    joined = [replace(group.preset, companion=False), replace(group.preset, companion=True, stop="never")]
    if RULES[group.preset.stop].withholds:
        joined.append(replace(group.preset, companion=True))
    found = [f"{group.quality(1, preset):.2f}" for preset in joined]
    return [alone, *found, *["-"] * (3 - len(found))]
