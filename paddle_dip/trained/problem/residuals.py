"""A hole filled in a large photo: a network fills a small copy, and detail is carried into the hole by the network's attention.

Source: Yi et al. 2020, 3.3, contextual residual aggregation. Differs from its code: the photo keeps its shape instead of becoming a
square, what is outside the hole stays as it is, and the mask may be soft.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image
from skimage import filters

from paddle_dip.errors import InputError
from paddle_dip.problem.tasks import check_mask_size

CELL = 16  # pixels a side, of the small copy, that one place of the attention stands for
_LEAST = 0.02  # of a mask: what is marked less is noise of its file
_USUAL_SIZE = 512  # of a training: the checkpoint's own is known once Paddle has loaded

# From a small copy, [3, h, w], and its hole, [1, h, w], to the copy filled and the attention, [K, K] for the K cells row by row.
Work = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Sizes:
    """small: height and width of the copy that is filled, multiples of CELL. times: the large copy is so many times as large."""

    small: tuple[int, int]
    times: int

    @property
    def large(self) -> tuple[int, int]:
        """Height and width of the copy that takes the detail: at least the photo's."""
        return self.small[0] * self.times, self.small[1] * self.times


def working_sizes(height: int, width: int, size: int) -> Sizes:
    """Return the sizes to work at: the longer side at most `size`, a multiple of CELL; a photo that is smaller keeps its own."""
    longer = max(height, width)
    scale = min(size / longer, 1)
    rows, columns = (int(np.ceil(side * scale / CELL)) * CELL for side in (height, width))
    return Sizes((rows, columns), max(-(-longer // size), 1))


def soft_mask(mask: np.ndarray, size: int) -> np.ndarray:
    """Return how much of the fill shows, float64 [1, H, W]: the mask, [1, H, W] in [0, 1], and a fading border around it.

    The border's standard deviation is a pixel of the small copy, whose longer side is `size`, at least one of the photo.
    """
    deviation = max(max(mask.shape) / size, 1)
    soft = np.maximum(mask, filters.gaussian(mask.astype(np.float64), deviation, channel_axis=0, mode="nearest"))
    return np.where(soft < _LEAST, 0, soft)


def fill_photo(pixels: np.ndarray, mask: np.ndarray, size: int, work: Work) -> np.ndarray:
    """Return a photo, [3, H, W] in [0, 1] of any size, filled where a mask, [1, H, W] in [0, 1], says and by as much: float64.

    size: the longer side of what `work` is good at. Raises InputError where the mask marks nothing or leaves nothing to look at.
    """
    height, width = pixels.shape[1:]
    sizes, soft = working_sizes(height, width, size), soft_mask(mask, size)
    hole = small_hole(soft, sizes)
    large = resampled(pixels, sizes.large)
    small = _blocks(large, sizes.times).mean(axis=(2, 4))
    fill, attention = work(small, hole)
    result = resampled(with_detail(large, small, fill, hole, attention), (height, width))
    return (soft * result.clip(0, 1) + (1 - soft) * pixels).clip(0, 1)


def check_hole(mask: np.ndarray, image: np.ndarray) -> None:
    """Raise InputError where a mask, [1, H, W] in [0, 1], isn't as large as its image, [C, H, W], or can't be filled.

    Of a checkpoint of another size than is usual, `fill_photo` may refuse more.
    """
    check_mask_size(mask, image)
    height, width = mask.shape[1:]
    small_hole(soft_mask(mask, _USUAL_SIZE), working_sizes(height, width, _USUAL_SIZE))


def small_hole(soft: np.ndarray, sizes: Sizes) -> np.ndarray:
    """Return the small copy's hole, float32 [1, h, w]: 1 wherever a soft mask, [1, H, W], isn't 0, else 0.

    Raises InputError where the mask marks nothing or leaves nothing to look at.
    """
    marked = resampled((soft > 0).astype(np.float32), sizes.large) > 0
    hole = np.logical_or.reduce(_blocks(marked, sizes.times), axis=(2, 4)).astype(np.float32)
    if not hole.any():
        raise InputError("mask has no hole: nothing in it has the colour that marks")
    if hole.all():
        raise InputError("mask is all hole, or leaves too little to look at: too much in it has the colour that marks")
    return hole


def with_detail(large: np.ndarray, small: np.ndarray, fill: np.ndarray, hole: np.ndarray, attention: np.ndarray) -> np.ndarray:
    """Return the large copy, [3, H, W], filled: the fill, [3, h, w], enlarged, with the detail that the attention carries there.

    small: its box average; hole: [1, h, w], 1 where it is. Outside the hole it stays as it was.
    """
    times = large.shape[1] // small.shape[1]
    where = hole.repeat(times, axis=1).repeat(times, axis=2) > 0
    detail = np.where(where, 0, large - resampled(small, large.shape[1:]))
    carried = aggregated(detail, attention, np.logical_or.reduce(_blocks(hole, CELL), axis=(0, 2, 4)), CELL * times)
    base = resampled(np.where(hole > 0, fill, small), large.shape[1:])
    return np.where(where, base + carried, large)


def aggregated(detail: np.ndarray, attention: np.ndarray, wanted: np.ndarray, block: int) -> np.ndarray:
    """Return [C, H, W] whose wanted blocks are sums of detail's blocks, weighted by the attention, and 0 elsewhere.

    detail: [C, H, W]; attention: [K, K], how much each block takes from each other; wanted: bool [H / block, W / block].
    """
    blocks = _blocks(detail, block).transpose(1, 3, 0, 2, 4)  # rows, columns, C, block, block
    moved = np.zeros(blocks.shape, detail.dtype)
    moved[wanted] = np.tensordot(attention[wanted.ravel()], blocks.reshape(-1, *blocks.shape[2:]), axes=1)
    return moved.transpose(2, 0, 3, 1, 4).reshape(detail.shape)


def resampled(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return [C, H, W] resized to height and width `size` by Pillow, bilinearly: float32."""
    if image.shape[1:] == tuple(size):
        return image.astype(np.float32)
    planes = [Image.fromarray(plane.astype(np.float32)).resize(size[::-1], Image.Resampling.BILINEAR) for plane in image]
    return np.stack([np.asarray(plane) for plane in planes])


def _blocks(image: np.ndarray, side: int) -> np.ndarray:
    """Return [C, H, W] as [C, H / side, side, W / side, side]."""
    channels, height, width = image.shape
    return image.reshape(channels, height // side, side, width // side, side)
