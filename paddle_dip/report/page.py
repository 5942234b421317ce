"""The benchmark as one self-contained HTML page: table, before/after with a slider, curves."""

import base64
import io
import json

import numpy as np
from markupsafe import Markup
from PIL import Image

from paddle_dip.io.images import to_bytes
from paddle_dip.report.curves import psnr_figure, svg
from paddle_dip.report.html import html_page
from paddle_dip.report.results import SUPER_RESOLUTION, Schema

# Quality of the page's copies; the restored images themselves are beside it as PNG.
_JPEG_QUALITY = 92


def benchmark_page(
    title: str,
    summary: dict,
    table: tuple[list[str], list[list[str]]],
    pairs: dict[str, tuple[np.ndarray, np.ndarray]],
    histories: dict[str, list],
    *,
    outcome: tuple[str, str],
    before_words: str,
    note: str,
    quality: str = "",
    schema: Schema = SUPER_RESOLUTION,
) -> str:
    """Return the page. pairs: by image name, (before, after), both [3, H, W] in [0, 1].

    outcome: the mean that came out, and what it stands beside; before_words: what `before` is; note: on the table's columns.
    quality: an SVG element that shows the run beside recorded ones, "" for none.
    """
    heading, lines = table
    return html_page(
        "page.html.j2",
        title=title,
        summary=summary,
        settings=json.dumps(summary, indent=2),
        heading=heading,
        outcome=outcome,
        before_words=before_words,
        note=note,
        quality=Markup(quality),
        lines=lines,
        pairs={name: (data_url(before), data_url(after)) for name, (before, after) in pairs.items()},
        sizes={name: before.shape[1:] for name, (before, _) in pairs.items()},
        curves=Markup(svg(psnr_figure(histories, schema))),
    )


def data_url(image: np.ndarray) -> str:
    """Return an image, [3, H, W] in [0, 1], as a JPEG inside a URL, for a page that needs no other file."""
    buffer = io.BytesIO()
    Image.fromarray(to_bytes(image)).save(buffer, format="JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
