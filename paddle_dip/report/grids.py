"""Pictures side by side, each under its caption."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from paddle_dip.io.files import whole_file
from paddle_dip.io.images import to_bytes

_CAPTION = 22
_GAP = 4
_INSET = 2  # of a caption


def picture_grid(pictures: dict[str, np.ndarray]) -> Image.Image:
    """Return one row of images, [1 or 3, H, W] in [0, 1] and of one height, each under its caption."""
    tiles = [Image.fromarray(np.broadcast_to(to_bytes(p), (*p.shape[1:], 3)).copy()) for p in pictures.values()]
    font = ImageFont.load_default(14)
    widths = [max(tile.width, int(font.getlength(caption)) + 2 * _INSET) for caption, tile in zip(pictures, tiles, strict=True)]
    sheet = Image.new("RGB", (sum(widths) + _GAP * (len(tiles) - 1), tiles[0].height + _CAPTION), "white")
    draw, left = ImageDraw.Draw(sheet), 0
    for caption, tile, width in zip(pictures, tiles, widths, strict=True):
        draw.text((left + _INSET, _INSET), caption, fill="black", font=font)
        sheet.paste(tile, (left, _CAPTION))
        left += width + _GAP
    return sheet


def enlarged_pixels(image: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return [C, h, w] with each pixel as large a square as brings it to the size of `like`."""
    factor = like.shape[1] // image.shape[1]
    return image.repeat(factor, axis=1).repeat(factor, axis=2)


def write_png(path: Path, picture: Image.Image) -> None:
    """Write a picture as a PNG file, whole or not at all."""
    with whole_file(path) as file:
        picture.save(file, format="PNG")


def picture_sheet(rows: list[dict[str, np.ndarray]]) -> bytes:
    """Return rows of `picture_grid` below each other, as a PNG file."""
    grids = [picture_grid(row) for row in rows]
    sheet = Image.new("RGB", (max(grid.width for grid in grids), sum(grid.height for grid in grids)), "white")
    top = 0
    for grid in grids:
        sheet.paste(grid, (0, top))
        top += grid.height
    file = io.BytesIO()
    sheet.save(file, format="PNG")
    return file.getvalue()
