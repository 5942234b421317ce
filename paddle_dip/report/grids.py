"""Pictures side by side, each under its caption."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from paddle_dip.problem.images import to_bytes

_CAPTION = 22
_GAP = 4


def picture_grid(pictures: dict[str, np.ndarray]) -> Image.Image:
    """Return one row of images, [1 or 3, H, W] in [0, 1] and of one height, each under its caption."""
    tiles = [Image.fromarray(np.broadcast_to(to_bytes(p), (*p.shape[1:], 3)).copy()) for p in pictures.values()]
    width = sum(tile.width for tile in tiles) + _GAP * (len(tiles) - 1)
    sheet = Image.new("RGB", (width, tiles[0].height + _CAPTION), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    left = 0
    for caption, tile in zip(pictures, tiles, strict=True):
        draw.text((left + 2, 2), caption, fill="black", font=font)
        sheet.paste(tile, (left, _CAPTION))
        left += tile.width + _GAP
    return sheet


def enlarged_pixels(image: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Return [C, h, w] with each pixel as large a square as brings it to the size of `like`."""
    factor = like.shape[1] // image.shape[1]
    return image.repeat(factor, axis=1).repeat(factor, axis=2)


def picture_sheet(rows: list[dict[str, np.ndarray]]) -> Image.Image:
    """Return rows of `picture_grid` below each other."""
    grids = [picture_grid(row) for row in rows]
    sheet = Image.new("RGB", (max(grid.width for grid in grids), sum(grid.height for grid in grids)), "white")
    top = 0
    for grid in grids:
        sheet.paste(grid, (0, top))
        top += grid.height
    return sheet
