"""Curves of a fit: PSNR over the steps."""

import io

from matplotlib.figure import Figure

from paddle_dip.report.results import HistoryPoint


def psnr_curves(histories: dict[str, list[HistoryPoint]]) -> str:
    """Return an SVG picture of PSNR (dB, paper metric) over the steps, a panel an image: the result and the bare iterate."""
    columns = min(len(histories), 3)
    lines = -(-len(histories) // columns)
    figure = Figure(figsize=(4 * columns, 2.6 * lines), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False).ravel()
    for axis, (name, points) in zip(axes, histories.items(), strict=False):
        steps = [p.step for p in points]
        axis.plot(steps, [p.psnr_y_iterate for p in points], color="0.7", label="iterate")
        axis.plot(steps, [p.psnr_y for p in points], color="tab:blue", label="result")
        axis.set(title=name, xlabel="step", ylabel="PSNR Y, dB")
        axis.grid(alpha=0.3)
    axes[0].legend()
    for axis in axes[len(histories) :]:
        axis.set_axis_off()
    text = io.StringIO()
    figure.savefig(text, format="svg")
    return text.getvalue()[text.getvalue().index("<svg") :]
