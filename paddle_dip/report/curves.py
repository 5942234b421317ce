"""Curves of a fit: PSNR over the steps."""

import io
from typing import TYPE_CHECKING

from PIL import Image

from paddle_dip.report.results import SUPER_RESOLUTION, Schema

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = {"iterate": "0.7", "result": "tab:blue", "average": "tab:orange"}


def psnr_figure(histories: dict[str, list], schema: Schema = SUPER_RESOLUTION) -> "Figure":
    """Return the curves of PSNR in dB over the steps, a panel an image: the result and the bare iterate, as the schema says."""
    columns = min(len(histories), 3)
    lines = -(-len(histories) // columns)
    figure = empty_figure(4 * columns, 2.6 * lines)
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis, (name, points) in zip(axes, histories.items(), strict=False):
        steps = [p.step for p in points]
        for label, figure_name in schema.curves.items():
            axis.plot(steps, [getattr(point, figure_name) for point in points], color=_COLOURS[label], label=label)
        axis.set(title=name, xlabel="step", ylabel=schema.metric)
        axis.grid(alpha=0.3)
    axes[0].legend()
    for axis in axes[len(histories) :]:
        axis.set_axis_off()
    return figure


def process_figure(points: list[dict]) -> "Figure":
    """Return the curves of a fit's loss over its steps and, where the points have it, of the result's RGB PSNR in dB."""
    shown = {"loss": "loss"} | ({"psnr": "PSNR, dB"} if "psnr" in points[0] else {})
    figure = empty_figure(5 * len(shown), 2.8)
    for axis, (key, label) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown.items(), strict=True):
        axis.plot([point["step"] for point in points], [point[key] for point in points], color="tab:blue")
        axis.set(xlabel="step", ylabel=label, yscale="log" if key == "loss" else "linear")
        axis.grid(alpha=0.3)
    return figure


def figure_picture(figure: "Figure") -> Image.Image:
    """Return a figure as pixels, 100 to its inch."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    return Image.open(file)


def svg(figure: "Figure") -> str:
    """Return a figure as an SVG element."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def empty_figure(width: float, height: float) -> "Figure":
    """Return a figure of that size in inches."""
    from matplotlib.figure import Figure  # here: it loads for a second, and most commands draw nothing

    return Figure(figsize=(width, height), layout="constrained")
