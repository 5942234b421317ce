"""What the mean of several seeds' canvases is worth, from a study's finished fits."""

import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np

from paddle_dip.problem.presets import Preset
from paddle_dip.report.readme import markdown
from paddle_dip.restore import finish
from paddle_dip.study.cases import Case, Damage, image_path, study_case
from paddle_dip.study.variants import variant_preset

_SIZES = (1, 2, 4)  # members


def ensembles_table(folder: Path, data: Path) -> str:
    """Return as Markdown the PSNR, in dB, of one, two and four members, a line a variant, damage, image and number of steps.

    Each the mean over all choices of so many of the seeds that were run. data: the folder of sharp images. Raises ValueError where
    a fit's canvas is missing.
    """
    groups: dict[tuple, list[np.ndarray]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        made, canvas = json.loads(path.read_text()), path.with_suffix(".npy")
        if not canvas.exists():
            raise ValueError(f"{canvas} doesn't exist: canvases lie where the fits were made, recorded readings have none")
        groups[made["variant"], Damage(**made["damage"]), made["image"], made["steps"]].append(np.load(canvas))
    heading = ["variant", "damage", "image", "steps", "seeds", *(f"{size} member{'s' if size > 1 else ''}" for size in _SIZES)]
    lines = []
    for (variant, damage, image, steps), canvases in groups.items():
        preset = variant_preset(variant, damage, steps)
        case = study_case(image_path(data, image), damage, preset)
        qualities = [_quality(case, preset, canvases, size) for size in _SIZES]
        lines.append([variant, damage.words, image, str(steps), str(len(canvases)), *qualities])
    return markdown([heading, *lines])


def _quality(case: Case, preset: Preset, canvases: list[np.ndarray], size: int) -> str:
    if len(canvases) < size:
        return "-"
    means = (np.mean(chosen, axis=0) for chosen in combinations(canvases, size))
    return f"{np.mean([case.score(finish(case.problem, preset, canvas), case.truth) for canvas in means]):.3f}"
