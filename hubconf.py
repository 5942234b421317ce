"""For paddle.hub: paddle.hub.load("OWNER/REPOSITORY", "super_resolve", image="photo.png", factor=4, source="github").

Each entry point is the function of this name in paddle_dip.api; source="local" takes the path of a checkout instead.
"""

from paddle_dip.api import (  # noqa: F401  paddle.hub lists what it finds here
    dejpeg,
    denoise,
    flash_no_flash,
    inpaint,
    preset,
    presets,
    restore_pixels,
    super_resolve,
)

dependencies = [
    "paddle",
    "numpy",
    "skimage",
    "scipy",
    "matplotlib",
    "PIL",
    "tifffile",
    "png",
    "safetensors",
    "typer",
    "rich",
    "jinja2",
]
