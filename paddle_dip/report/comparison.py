"""Methods compared as one self-contained HTML page: notes, a table, and each photo's pictures side by side."""

import json
from importlib.resources import files

import numpy as np
from jinja2 import Environment

from paddle_dip.report.page import data_url


def comparison_page(
    title: str,
    notes: list[str],
    table: tuple[list[str], list[list[str]]],
    pictures: dict[str, dict[str, np.ndarray]],
    summary: dict,
) -> str:
    """Return the page. table: heading and lines; pictures: by photo and caption, [3, H, W] in [0, 1]."""
    template = files("paddle_dip.report").joinpath("comparison.html.j2").read_text(encoding="utf-8")
    heading, lines = table
    urls = {photo: {caption: data_url(image) for caption, image in shown.items()} for photo, shown in pictures.items()}
    page = Environment(autoescape=True).from_string(template)
    settings = json.dumps(summary, indent=2, default=str)
    return page.render(title=title, notes=notes, heading=heading, lines=lines, pictures=urls, settings=settings)
