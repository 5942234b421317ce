"""What the fit makes small: the misfit to the observation, and how rough the canvas is."""

import paddle

from paddle_dip.problem.presets import Preset

# A power below 1 has no gradient at 0, where neighbours are equal.
_SMALLEST = 1e-12


def misfit(prediction: paddle.Tensor, y: paddle.Tensor, known: paddle.Tensor | None, kind: str) -> paddle.Tensor:
    """Return the mean, or sum, of the squared differences of [1, C, h, w], each weighed by the square of `known`."""
    difference = prediction - y if known is None else known * (prediction - y)
    squares = paddle.square(difference)  # `**` takes the general power, which is slower
    return squares.mean() if kind == "mean" else squares.sum()


def total_variation(canvas: paddle.Tensor, preset: Preset) -> paddle.Tensor | float:
    """Return the weighted total variation of [1, C, H, W]. Source: the reference's tv_loss."""
    if not preset.tv_weight:
        return 0.0
    down = canvas[:, :, 1:, :-1] - canvas[:, :, :-1, :-1]
    right = canvas[:, :, :-1, 1:] - canvas[:, :, :-1, :-1]
    return preset.tv_weight * ((down**2 + right**2 + _SMALLEST) ** preset.tv_beta).sum()
