"""Philox 4x32-10 in tensors: the noise of a step drawn where it is needed. What it computes: paddle_dip.problem.philox."""

from collections.abc import Callable
from math import prod

import torch

from paddle_dip.problem.philox import HALF, MULTIPLIERS, SCALE, TURN, WORD, round_keys
from paddle_dip.problem.randomness import philox_key

Words = list[torch.Tensor]  # four, int64 [n], each from 0 to 2^32 - 1


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Return the random words of counters."""
    a, b, c, d = counter
    for left, right in round_keys(key):
        (p_high, p_low), (q_high, q_low) = (_product(x, m) for x, m in zip((a, c), MULTIPLIERS, strict=True))
        a, b, c, d = q_high ^ b ^ left, q_low, p_high ^ d ^ right, p_low
    return [a, b, c, d]


def philox_noise(shape: tuple[int, ...], seed: int, *, device: str = "cpu") -> Callable[[int], torch.Tensor]:
    """Return what draws the standard normal noise of a step, float32 of `shape`; paddle_dip.problem.philox draws the same."""
    key, places = philox_key(seed), torch.arange(-(-prod(shape) // 4), device=device)

    def draw(step: int) -> torch.Tensor:
        none = torch.zeros_like(places)
        words = [each.to(torch.float32) for each in philox([places, torch.full_like(places, step), none, none], key)]
        pairs = [_normal(*words[:2]), _normal(*words[2:])]
        return torch.stack([each for pair in pairs for each in pair], dim=-1).reshape(-1)[: prod(shape)].reshape(shape)

    return draw


def _product(x: torch.Tensor, multiplier: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the higher and the lower word of x * multiplier.

    There is no unsigned product of 64 bits, and one that overflows may give anything. With 2^32 less of the multiplier it fits;
    what is missing then is x in the higher word.
    """
    product = x * (multiplier - 2**32)
    return ((product >> 32) + x) & WORD, product & WORD


def _normal(radius: torch.Tensor, angle: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two normal numbers for two words, as float32, by Box and Muller."""
    radius, angle = torch.sqrt(-2 * torch.log(radius * SCALE + HALF)), angle * TURN
    return radius * torch.cos(angle), radius * torch.sin(angle)
