"""The canvases that a study's finished fits left, those of one image's seeds together."""

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.evaluation.study.cases import Damage, StudyCase, image_path, study_case
from paddle_dip.evaluation.study.variants import variant_preset
from paddle_dip.problem.presets import Preset
from paddle_dip.runs.restore import finish


@dataclass(frozen=True)
class EnsembleOutputs:
    """What the fits of one image, of equal settings but their seeds, ended on: each [C, *problem.canvas]."""

    variant: str
    image: str
    damage: Damage
    steps: int
    case: StudyCase
    each: tuple[np.ndarray, ...]

    @property
    def preset(self) -> Preset:
        return variant_preset(self.variant, self.damage, self.steps)

    @property
    def titles(self) -> list[str]:
        """Which fits these are, a cell of a table each: variant, damage, image, steps, seeds."""
        return [self.variant, self.damage.words, self.image, str(self.steps), str(len(self.each))]

    def quality(self, size: int, preset: Preset) -> float | None:
        """Return the PSNR, in dB, of `size` of them averaged and finished as `preset` says: the mean over all choices.

        None where there are fewer.
        """
        if len(self.each) < size:
            return None
        means = (np.mean(chosen, axis=0) for chosen in combinations(self.each, size))
        return float(np.mean([self.case.score(finish(self.case.problem, preset, mean), self.case.truth) for mean in means]))


def finished_outputs(folder: Path, data: Path) -> list[EnsembleOutputs]:
    """Return the canvases in a study's folder. data: the folder of sharp images. Raises InputError where a fit's is missing."""
    groups: dict[tuple[str, str, Damage, int], list[np.ndarray]] = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        made, canvas = json.loads(path.read_text(encoding="utf-8")), path.with_suffix(".npy")
        if not canvas.exists():
            raise InputError(f"{canvas} doesn't exist: canvases lie where the fits were made, recorded readings have none")
        groups[made["variant"], made["image"], Damage(**made["damage"]), made["steps"]].append(np.load(canvas))
    found = []
    for (variant, image, damage, steps), canvases in groups.items():
        case = study_case(image_path(data, image), damage, variant_preset(variant, damage, steps))
        found.append(EnsembleOutputs(variant, image, damage, steps, case, tuple(canvases)))
    return found
