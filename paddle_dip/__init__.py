"""Deep Image Prior for PaddlePaddle.

    import paddle_dip as dip
    large = dip.super_resolve("photo.png", factor=4)

`dip.super_resolve`, `denoise`, `dejpeg`, `inpaint`, `restore_pixels`, `flash_no_flash`, `deblur`, `remove_object`: see
paddle_dip.api, which loads when one of them is first asked for. Beneath them, image files -> problem/ (NumPy) -> solver/ (Paddle)
-> report/ (NumPy) -> table, pictures, page:

    paddle_dip.problem   what to restore: images, degradations, presets, randomness, metrics (no framework)
    paddle_dip.solver    how: networks, operators on tensors, the noise-perturbed Adam loop (Paddle)
    paddle_dip.report    what came out: tables, curves, pictures, the HTML page (no framework)
    paddle_dip.runs.restore   the whole line in one short function
"""

from importlib import import_module
from typing import TYPE_CHECKING

from paddle_dip.environment import prepare_environment
from paddle_dip.errors import FitError, InputError
from paddle_dip.runs.interrupt import sigterm_held
from paddle_dip.version import __version__ as __version__

if TYPE_CHECKING:
    from paddle_dip.api import (
        Step,
        deblur,
        dejpeg,
        denoise,
        flash_no_flash,
        inpaint,
        preset,
        presets,
        psnr_y,
        remove_object,
        restore_pixels,
        super_resolve,
    )
    from paddle_dip.solver.fit import fit

__all__ = [
    "FitError",
    "InputError",
    "Step",
    "deblur",
    "dejpeg",
    "denoise",
    "fit",
    "flash_no_flash",
    "inpaint",
    "preset",
    "presets",
    "psnr_y",
    "remove_object",
    "restore_pixels",
    "super_resolve",
]

# Paddle reads its thread count and MKL its code path once, when they load: this must run before `import paddle`.
prepare_environment()
# NumPy begins threads as it loads. One of them would take a SIGTERM that comes while Paddle loads, in Paddle's own handler, which
# ends the process with a trace of C++.
with sigterm_held():
    import numpy  # noqa: F401


def __getattr__(name: str):
    """Load what is public when it is first asked for: importing the package stays light."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module("paddle_dip.solver.fit" if name == "fit" else "paddle_dip.api"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
