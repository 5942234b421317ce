"""The public functions, one a task: images in and out as the ecosystem has them. `import paddle_dip as dip` offers all of this.

An image is a NumPy array, [H, W, C] or [H, W], of uint8, uint16 or floating-point numbers in [0, 1], as scikit-image has them; a
Pillow image; or a path. The result is of the same kind; for a path it is a Pillow image. A mask is an image or a boolean array.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from paddle_dip.errors import InputError
from paddle_dip.io.adapters import ImageLike, as_mask, like, noted_photo
from paddle_dip.io.photo import pixels_on_scale
from paddle_dip.problem import metrics
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import FACTOR, all_presets, task_preset
from paddle_dip.runs.restored_image import How, Restored, Step, restored_image
from paddle_dip.trained.problem.residuals import check_hole


def super_resolve(
    image: ImageLike,
    factor: int = FACTOR,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image magnified `factor` times, with no other knowledge than the network's structure.

    image: see `paddle_dip.api`; alpha is enlarged by Lanczos. factor: a whole number of at least 2.
    preset: a name that `presets` lists, or a `preset` changed by `dataclasses.replace`. seed: of everything random.
    on_step: called after each step with a `Step`; where the preset makes several fits (members), each begins again at step 1.
    max_memory: GiB that image, fit and result may take; what needs more is restored in overlapping tiles. None: what is free.
    dtype: "float32" or, slower, "float64". settings: any setting of the preset by name, say steps=600 or network="skip"; None
    leaves one as it is. Raises InputError, before the work begins, for what can't be done; FitError where the fit fails for good.
    Source: Ulyanov et al. 2017, 3.2; the presets' numbers have their sources in `Preset.sources`.

    >>> image = np.full((24, 24, 3), 128, np.uint8)
    >>> dip.super_resolve(image, factor=2, steps=2).shape
    (48, 48, 3)
    """
    how = How(preset, seed, on_step, max_memory, dtype, settings)
    return restored_image("super-resolve", image, how, factor=factor)


def denoise(
    image: ImageLike,
    sigma: float | None = None,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image cleaned of noise: the network takes longer to paint the noise than the picture.

    sigma: the noise's standard deviation in units of 255, whatever the image's dtype; only stop="sigma" uses it; None: estimated.
    All else, and errors: as of `super_resolve`. Source: Ulyanov et al. 2017, 3.1.

    >>> noisy = np.random.default_rng(0).random((24, 24))
    >>> clean = dip.denoise(noisy, steps=2)
    >>> clean.shape, clean.dtype
    ((24, 24), dtype('float64'))
    """
    return restored_image("denoise", image, How(preset, seed, on_step, max_memory, dtype, settings), sigma=sigma)


def dejpeg(
    image: ImageLike,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image cleaned of JPEG's blocks and ringing.

    A path, and a Pillow image that comes straight from a file, have a JPEG file: the result is brought back to what its rounding
    allows. An array has none. All arguments and errors: as of `super_resolve`. Sources: Ulyanov et al. 2017, 3.1; Zakhor 1992.

    >>> blocky = Image.new("L", (24, 24), 128)
    >>> dip.dejpeg(blocky, steps=2).mode
    'L'
    """
    return restored_image("dejpeg", image, How(preset, seed, on_step, max_memory, dtype, settings))


def inpaint(
    image: ImageLike,
    mask: ImageLike,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image with what is masked filled; what isn't masked is kept.

    mask: of the image's height and width; white (True) where to fill, greys by as much. All else, and errors: as of
    `super_resolve`. Source: Ulyanov et al. 2017, 3.3.

    >>> image = np.full((24, 24, 3), 128, np.uint8)
    >>> mask = np.zeros((24, 24), bool)
    >>> mask[8:12, 8:12] = True
    >>> filled = dip.inpaint(image, mask, steps=2)
    >>> bool((filled == image)[~mask].all())
    True
    """
    return restored_image("inpaint", image, How(preset, seed, on_step, max_memory, dtype, settings), mask=as_mask(mask))


def restore_pixels(
    image: ImageLike,
    mask: ImageLike,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image with its missing pixels, scattered all over it, brought back.

    mask: of the image's height and width; white (True) where a pixel is missing. All else, and errors: as of `super_resolve`.
    Source: Ulyanov et al. 2017, 3.3; the preset fast is of our study in docs/tasks.md.

    >>> image = np.full((24, 24, 3), 128, np.uint8)
    >>> missing = np.random.default_rng(0).random((24, 24)) < 0.5
    >>> dip.restore_pixels(image * ~missing[..., None], missing, steps=2).shape
    (24, 24, 3)
    """
    return restored_image("restore-pixels", image, How(preset, seed, on_step, max_memory, dtype, settings), mask=as_mask(mask))


def flash_no_flash(
    image: ImageLike,
    flash: ImageLike,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image taken without flash, dark and noisy, cleaned by the details of one taken with it.

    flash: an image of the same scene and size, in colour. All else, and errors: as of `super_resolve`. Source: Ulyanov et al.
    2017, 3.5.

    >>> flash = np.random.default_rng(0).random((24, 24, 3))
    >>> dip.flash_no_flash(flash / 9, flash, steps=2).shape
    (24, 24, 3)
    """
    how = How(preset, seed, on_step, max_memory, dtype, settings)
    return restored_image("flash-no-flash", image, how, flash=noted_photo(flash).pixels)


def deblur(image: ImageLike, checkpoint: str | os.PathLike, *, turns: bool = False, correct: bool = False) -> Restored:
    """Return an image deblurred by a network that has learnt it from pairs of photos.

    checkpoint: the folder of a run of the command `train deblur`, or one of its checkpoints. turns: take the mean over eight flips
    and turns, in eight times the time. correct: make the result agree with the image; for one whose blur is the one learnt. Raises
    InputError for another run's checkpoint, and for `correct` where the run doesn't say which blur it learnt.
    Source: Isola et al. 2017 (Pix2Pix); docs/trained.md.

    >>> image = np.full((24, 24, 3), 128, np.uint8)
    >>> dip.deblur(image, "runs/deblur").shape
    (24, 24, 3)
    """
    photo, run = noted_photo(image), _path(checkpoint)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained.deblurrer import deblur_photo, learnt_kernel, load_deblurrer

    network, kernel = load_deblurrer(run), learnt_kernel(run) if correct else None
    return like(deblur_photo(photo, *network, turns=turns, kernel=kernel), image)


def remove_object(
    image: ImageLike,
    mask: ImageLike,
    checkpoint: str | os.PathLike | None = None,
    *,
    preset: str | Preset = "fast",
    seed: int = 0,
    on_step: Callable[[Step], None] | None = None,
    max_memory: float | None = None,
    dtype: str = "float32",
    **settings: Any,
) -> Restored:
    """Return an image with an object taken out and the place filled: by a trained network, or as `inpaint` does.

    mask: of the image's height and width; white (True) on the object, greys by as much. checkpoint: the folder of a run of the
    command `train removal`, or one of its checkpoints; None: the Deep Image Prior fills, and all else is as of `inpaint`. Raises
    InputError as `super_resolve` does, and for an argument of the Deep Image Prior beside a checkpoint. Source: Yi et al. 2020.

    >>> image, mask = np.full((64, 64, 3), 128, np.uint8), np.zeros((64, 64), bool)
    >>> mask[24:40, 24:40] = True
    >>> dip.remove_object(image, mask, "runs/removal").shape
    (64, 64, 3)
    """
    how = How(preset, seed, on_step, max_memory, dtype, settings)
    if checkpoint is None:
        return restored_image("inpaint", image, how, mask=as_mask(mask))
    changed = [name for name, value in vars(how).items() if name != "settings" and value != getattr(How(), name)]
    for name in (*changed, *(name for name, value in settings.items() if value is not None)):
        raise InputError(f"{name} is for the Deep Image Prior: leave it out, or checkpoint")
    photo, masked, run = noted_photo(image), as_mask(mask), _path(checkpoint)
    check_hole(masked, photo.pixels)
    import paddle_dip.solver  # noqa: F401  loads Paddle quietly
    from paddle_dip.trained.remover import load_filler
    from paddle_dip.trained.remover import remove_object as remove

    return like(remove(photo, masked, *load_filler(run)), image)


def preset(task: str, name: str = "fast", factor: int | None = None) -> Preset:
    """Return a task's preset, frozen: change it by `dataclasses.replace` and hand it to the task's function as `preset`.

    task: "super-resolve", "denoise", "dejpeg", "inpaint", "restore-pixels" or "flash-no-flash". factor: the magnification, of
    super-resolve only; None: 4. Raises InputError for what isn't known.

    >>> dip.preset("super-resolve", "paper", factor=8).steps
    5000
    """
    return task_preset(task, name, factor)


def presets() -> dict[str, Preset]:
    """Return every preset under "TASK NAME"; those of super-resolve, which depend on the factor, under "NAME xFACTOR".

    >>> sorted(name for name in dip.presets() if name.startswith("denoise"))
    ['denoise best', 'denoise fast', 'denoise paper', 'denoise quick']
    """
    return all_presets()


def psnr_y(image: ImageLike, truth: ImageLike) -> float:
    """Return the paper's PSNR, in dB, of an image: on the Y channel, less 4 pixels at the top and left, 5 at the bottom and right.

    Both: see `paddle_dip.api`, of one size, with at least 10 pixels a side; grey counts as three equal channels, alpha not at all.
    Of floating-point files beyond [0, 1] the truth's range counts as black to white, for both.
    Raises InputError otherwise. Nothing is cropped to multiples of 32 here, as the benchmark's images are: see docs/protocol.md.

    >>> truth = np.full((24, 24, 3), 100, np.uint8)
    >>> round(dip.psnr_y(truth + np.uint8(10), truth), 2)
    29.45
    """
    photo, real = noted_photo(image), noted_photo(truth)
    pictures = [_rgb(pixels_on_scale(photo, real)), _rgb(real.pixels)]
    if min(pictures[0].shape[1:]) < 10:
        raise InputError(f"image must have at least 10 pixels a side, not {pictures[0].shape[2]}x{pictures[0].shape[1]}")
    return metrics.psnr_y(*pictures)


def _path(checkpoint: str | os.PathLike) -> Path:
    if not isinstance(checkpoint, str | os.PathLike):
        raise InputError(f"checkpoint must be a path, not {checkpoint!r}")
    return Path(checkpoint)


def _rgb(pixels: np.ndarray) -> np.ndarray:
    return np.broadcast_to(pixels, (3, *pixels.shape[1:]))
