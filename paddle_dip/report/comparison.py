"""Methods compared as one self-contained HTML page: notes, a table, and each photo's pictures side by side."""

import json

import numpy as np

from paddle_dip.report.html import html_page
from paddle_dip.report.page import data_url


def comparison_page(
    title: str,
    notes: list[str],
    table: tuple[list[str], list[list[str]]],
    pictures: dict[str, dict[str, np.ndarray]],
    summary: dict,
) -> str:
    """Return the page. table: heading and lines; pictures: by photo and caption, [3, H, W] in [0, 1]."""
    heading, lines = table
    urls = {photo: {caption: data_url(image) for caption, image in shown.items()} for photo, shown in pictures.items()}
    told = {"title": title, "notes": notes, "settings": json.dumps(summary, indent=2, default=str)}
    return html_page("comparison.html.j2", **told, heading=heading, lines=lines, pictures=urls)
