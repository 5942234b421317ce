"""What the fit makes small: the misfit to the observation, and how rough the canvas is."""

import torch

from paddle_dip.problem.presets import Preset

# A power below 1 has no gradient at 0, where neighbours are equal.
_SMALLEST = 1e-12


def misfit(prediction: torch.Tensor, y: torch.Tensor, known: torch.Tensor | None, kind: str) -> torch.Tensor:
    """Return the mean, or sum, of the squared differences of [1, C, h, w], each weighed by the square of `known`."""
    difference = prediction - y if known is None else known * (prediction - y)
    return (difference**2).mean() if kind == "mean" else (difference**2).sum()


def total_variation(canvas: torch.Tensor, preset: Preset) -> torch.Tensor | float:
    """Return the weighted total variation of [1, C, H, W]. Source: the reference's tv_loss."""
    if not preset.tv_weight:
        return 0.0
    down = canvas[:, :, 1:, :-1] - canvas[:, :, :-1, :-1]
    right = canvas[:, :, :-1, 1:] - canvas[:, :, :-1, :-1]
    return preset.tv_weight * ((down**2 + right**2 + _SMALLEST) ** preset.tv_beta).sum()
