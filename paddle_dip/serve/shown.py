"""A job in words and curves for the page."""

import html
import math
from pathlib import Path

from paddle_dip.report.curves import process_figure, svg
from paddle_dip.serve.jobs import JobView
from paddle_dip.serve.texts import TEXTS


def status(view: JobView | None, language: str) -> str:
    """Return which job it is and how it stands, in words; None: it isn't known."""
    say = TEXTS[language]
    if view is None:
        return say["gone"]
    return say["job"].format(task=say[view.request.task], photo=Path(view.request.photo).name, standing=_standing(view, say))


def _standing(view: JobView, say: dict[str, str]) -> str:
    if view.state == "stopped" and not view.files:
        return say["stopped_early"]
    if view.state != "running":
        return say[view.state].format(ahead=view.ahead, message=view.message, step=view.step)
    if not view.step:
        return say["loading"]
    key = "counting" if view.left is None else "running"
    return say[key].format(step=view.step, steps=view.steps, left=_duration(view.left or 0, say))


def announced(words: str) -> str:
    """Return words as an element that a screen reader speaks when they change."""
    return f'<p role="status" class="status">{html.escape(words)}</p>'


def noticed(words: str) -> str:
    """Return words on what was wrong as an element that a screen reader speaks at once."""
    return f'<p role="alert" class="notice">{html.escape(words)}</p>'


def curve(view: JobView) -> str:
    """Return the loss over the steps as an SVG element, nothing before the second point."""
    points = [point for point in view.points if point["loss"] > 0]
    if len(points) < 2:
        return ""
    words = f"loss: {points[0]['loss']:.1e} → {points[-1]['loss']:.1e}"
    return f'<div role="img" aria-label="{words}" class="curve">{svg(process_figure(points))}</div>'


def _duration(seconds: float, say: dict[str, str]) -> str:
    if seconds < 90:
        return say["seconds"].format(count=math.ceil(seconds))
    return say["minutes"].format(count=math.ceil(seconds / 60))
