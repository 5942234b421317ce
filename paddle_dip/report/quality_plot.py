"""Quality against time, as one plot made of recorded runs."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from paddle_dip.errors import InputError
from paddle_dip.problem.super_resolution_presets import PRESETS
from paddle_dip.report.curves import empty_figure, svg
from paddle_dip.report.published import published_psnr_y
from paddle_dip.report.recorded_run import RecordedRun, minutes_spent, read_run
from paddle_dip.report.tables import mean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PAPER, _PAPERS_OWN, _LAPSRN = "paper", "dip_sigma_0.05", "lapsrn"  # the preset; columns of published.json
BICUBIC, TRAINED = "bicubic", "LapSRN, trained on a data set"  # names of levels


@dataclass(frozen=True)
class QualityPoint:
    """A recipe on a data set. minutes: of one core, of an image in the mean; psnr_y: in dB, the images' mean.

    published: the quality is that of its authors' run, and the minutes are estimated.
    """

    label: str
    minutes: float
    psnr_y: float
    published: bool = False


def quality_plot(results: Path, data_set: str, factor: int) -> str:
    """Return the plot of a data set's recorded runs as an SVG element; the same runs give the same text.

    results: the folder with DATASET_xFACTOR_PRESET.csv and .json. Raises InputError where no preset of PRESETS is recorded whole.
    """
    runs = recorded_runs(results, data_set, factor)
    return _drawn(quality_points(runs), quality_levels(runs), f"{runs[0].data_set}, magnified {factor} times", len(_images(runs)))


def recorded_quality(results: Path) -> dict:
    """Return what recorded_quality.json, which comes with the package, is to hold: the plot of Set14 at x8 as numbers."""
    runs = recorded_runs(results, "set14", 8)
    points = [asdict(point) for point in quality_points(runs)]
    return {"data_set": "Set14", "factor": 8, "images": _images(runs), "points": points, "levels": quality_levels(runs)}


def quality_beside(run: RecordedRun) -> str:
    """Return the plot of the recorded runs with a run of the same images beside them, "" for a run on others or on a GPU."""
    recorded = json.loads(files(__package__).joinpath("recorded_quality.json").read_text(encoding="utf-8"))
    if run.summary["factor"] != recorded["factor"] or sorted(run.rows) != recorded["images"]:
        return ""
    if "GPU-minutes" in (minutes := minutes_spent(run)):
        return ""
    psnr_y = sum(row.psnr_y for row in run.rows.values()) / len(run.rows)
    own = QualityPoint(run.name, minutes["core-minutes"] / len(run.rows), psnr_y)
    title = f"{recorded['data_set']}, magnified {recorded['factor']} times"
    return _drawn([QualityPoint(**point) for point in recorded["points"]], recorded["levels"], title, len(run.rows), own)


def recorded_runs(results: Path, data_set: str, factor: int) -> list[RecordedRun]:
    """Return the runs of a data set that are of a preset as it is now, from the files DATASET_xFACTOR_PRESET.csv."""
    return [read_run(path) for path in sorted(results.glob(f"{data_set}_x{factor}_*.csv")) if path.stem.split("_")[-1] in PRESETS]


def quality_points(runs: Sequence[RecordedRun]) -> list[QualityPoint]:
    """Return a point for each run on CPUs, the fastest first.

    The paper's recipe takes hours, and is recorded on some images only: its quality is the published one of all, and its time that
    of its images, enlarged by how much more arithmetic all images are than these. Other incomplete runs are left out.
    """
    images = _images(runs)
    whole = next(run for run in runs if set(run.rows) == set(images))
    points = []
    for run in runs:
        minutes = minutes_spent(run)
        if "GPU-minutes" in minutes or not (run is whole or set(run.rows) == set(images) or run.name == _PAPER):
            continue
        larger = _arithmetic(whole, images) / _arithmetic(whole, run.rows.keys())
        published = len(run.rows) < len(images)
        psnr_y = _published(run, images, _PAPERS_OWN) if published else mean([row.psnr_y for row in run.rows.values()])
        label = f"{run.name} (published)" if published else run.name
        if psnr_y is not None:
            points.append(QualityPoint(label, minutes["core-minutes"] / len(run.rows) * larger, psnr_y, published))
    return sorted(points, key=lambda point: point.minutes)


def quality_levels(runs: Sequence[RecordedRun]) -> dict[str, float]:
    """Return the mean PSNR, in dB, of what takes a moment on these images, or learns from a data set beforehand, by name."""
    images = _images(runs)
    whole = next(run for run in runs if set(run.rows) == set(images))
    levels = {
        BICUBIC: mean([whole.rows[name].bicubic_psnr_y for name in images]),
        "bicubic + back-projection": mean([whole.summary["bicubic_bp_psnr_y"][name] for name in images]),
        TRAINED: _published(whole, images, _LAPSRN),
    }
    return {name: level for name, level in levels.items() if level is not None}


def _images(runs: Sequence[RecordedRun]) -> list[str]:
    """Return the images of the data set: those of the largest run. Raises InputError where only the paper's recipe is recorded."""
    own = [run for run in runs if run.name != _PAPER]
    if not own:
        raise InputError(f"results hold no run of {', '.join(name for name in PRESETS if name != _PAPER)}")
    return max((sorted(run.rows) for run in own), key=len)


def _arithmetic(run: RecordedRun, images: Collection[str]) -> float:
    """Return the arithmetic of some of a run's images in the mean: every recipe's grows alike with an image's size."""
    return sum(run.rows[name].tflop for name in images) / len(images)


def _published(run: RecordedRun, images: Collection[str], method: str) -> float | None:
    figures = [published_psnr_y(name, run.summary["factor"], method) for name in images]
    return None if None in figures else mean(figures)


def _drawn(
    points: Sequence[QualityPoint], levels: dict[str, float], title: str, images: int, own: QualityPoint | None = None
) -> str:
    """Return the plot. own: a run to set off from the recorded ones."""
    import matplotlib  # here: it loads for a second, and most commands draw nothing

    with matplotlib.rc_context({"svg.hashsalt": "paddle_dip", "svg.fonttype": "none"}):
        return svg(_figure(points, levels, f"{title}: mean of {images} images", own))


def _figure(points: Sequence[QualityPoint], levels: dict[str, float], title: str, own: QualityPoint | None) -> "Figure":
    figure = empty_figure(7.5, 4.2)
    axis = figure.subplots()
    axis.set(title=title, xscale="log", xlabel="minutes of one core, an image", ylabel="PSNR of Y, dB")
    axis.plot([p.minutes for p in points], [p.psnr_y for p in points], "o", color="tab:blue", markersize=8)
    if own is not None:
        axis.plot([own.minutes], [own.psnr_y], "D", color="tab:red", markersize=8)
        axis.annotate(
            f"{own.label}: {own.psnr_y:.2f}", (own.minutes, own.psnr_y), (0, -17), textcoords="offset points", ha="center"
        )
    for point in points:
        words, place = f"{point.label}: {point.psnr_y:.2f}", (point.minutes, point.psnr_y)
        axis.annotate(words, place, (0, 9), textcoords="offset points", ha="center")
    minutes = [point.minutes for point in (*points, *([] if own is None else [own]))]
    axis.set_xlim(min(minutes) / 5, max(minutes) * 8)  # room for the words
    axis.xaxis.set_major_formatter("{x:g}")
    for name, level in levels.items():
        axis.axhline(level, color="0.5", linestyle="--", linewidth=1)
        axis.annotate(
            f"{name}: {level:.2f}", (1, level), (-4, 3), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right"
        )
    axis.margins(y=0.14)
    axis.grid(alpha=0.3)
    return figure
