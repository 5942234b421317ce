"""Deep Image Prior for PaddlePaddle.

image files -> problem/ (NumPy) -> solver/ (Paddle) -> report/ (NumPy) -> table, pictures, page

    paddle_dip.problem   what to restore: images, degradations, presets, randomness, metrics (no framework)
    paddle_dip.solver    how: networks, operators on tensors, the noise-perturbed Adam loop (Paddle)
    paddle_dip.report    what came out: tables, curves, pictures, the HTML page (no framework)
    paddle_dip.runs.restore   the whole line in one short function
"""

from paddle_dip.environment import prepare_environment
from paddle_dip.version import __version__ as __version__

# Paddle reads its thread count and MKL its code path once, when they load: this must run before `import paddle`.
prepare_environment()
