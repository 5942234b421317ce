"""Philox 4x32-10 in tensors: the noise of a step drawn where it is needed. What it computes: paddle_dip.problem.philox."""

from collections.abc import Callable
from math import prod

import paddle

from paddle_dip.problem.philox import HALF, MULTIPLIERS, SCALE, TURN, WORD, round_keys
from paddle_dip.problem.randomness import philox_key

Words = list[paddle.Tensor]  # four, int64 [n], each from 0 to 2^32 - 1


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Return the random words of counters."""
    a, b, c, d = counter
    word, half = _word(WORD), _word(32)
    for left, right in round_keys(key):
        (p_high, p_low), (q_high, q_low) = (_product(x, m, word, half) for x, m in zip((a, c), MULTIPLIERS, strict=True))
        a, b = paddle.bitwise_xor(paddle.bitwise_xor(q_high, b), _word(left)), q_low
        c, d = paddle.bitwise_xor(paddle.bitwise_xor(p_high, d), _word(right)), p_low
    return [a, b, c, d]


def philox_noise(shape: tuple[int, ...], seed: int) -> Callable[[int], paddle.Tensor]:
    """Return what draws the standard normal noise of a step, float32 of `shape`; paddle_dip.problem.philox draws the same."""
    key, places = philox_key(seed), paddle.arange(-(-prod(shape) // 4), dtype="int64")

    def draw(step: int) -> paddle.Tensor:
        none = paddle.zeros_like(places)
        words = [each.astype("float32") for each in philox([places, paddle.full_like(places, step), none, none], key)]
        pairs = [_normal(*words[:2]), _normal(*words[2:])]
        return paddle.stack([each for pair in pairs for each in pair], axis=-1).reshape([-1])[: prod(shape)].reshape(list(shape))

    return draw


def _product(x: paddle.Tensor, multiplier: int, word: paddle.Tensor, half: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
    """Return the higher and the lower word of x * multiplier.

    There is no unsigned product of 64 bits, and one that overflows may give anything. With 2^32 less of the multiplier it fits;
    what is missing then is x in the higher word.
    """
    product = x * (multiplier - 2**32)
    high = paddle.bitwise_and(paddle.bitwise_right_shift(product, half) + x, word)
    return high, paddle.bitwise_and(product, word)


def _normal(radius: paddle.Tensor, angle: paddle.Tensor) -> tuple[paddle.Tensor, paddle.Tensor]:
    """Return two normal numbers for two words, as float32, by Box and Muller."""
    radius, angle = paddle.sqrt(-2 * paddle.log(radius * SCALE + HALF)), angle * TURN
    return radius * paddle.cos(angle), radius * paddle.sin(angle)


def _word(value: int) -> paddle.Tensor:
    return paddle.full([], value, dtype="int64")  # Paddle's operations on bits take no plain numbers
