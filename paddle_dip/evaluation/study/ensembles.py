"""What the mean of several seeds' canvases is worth, from a study's finished fits."""

from pathlib import Path

from paddle_dip.evaluation.study.ensemble_outputs import finished_outputs
from paddle_dip.report.readme import markdown

_SIZES = (1, 2, 4)  # members


def ensembles_table(folder: Path, data: Path) -> str:
    """Return as Markdown the PSNR, in dB, of one, two and four members, a line a variant, damage, image and number of steps.

    Each the mean over all choices of so many of the seeds that were run. data: the folder of sharp images. Raises ValueError where
    a fit's canvas is missing.
    """
    heading = ["variant", "damage", "image", "steps", "seeds", *(f"{size} member{'s' if size > 1 else ''}" for size in _SIZES)]
    lines = []
    for canvases in finished_outputs(folder, data):
        qualities = [canvases.quality(size, canvases.preset) for size in _SIZES]
        lines.append([*canvases.titles, *("-" if quality is None else f"{quality:.3f}" for quality in qualities)])
    return markdown([heading, *lines])
