"""Philox 4x32-10: numbers that any device can draw by itself, each a function of the seed, the step and its place.

The oracle, in NumPy. The networks' frameworks do the same in tensors: solver/philox.py and torch_ref/philox.py.
Source: Salmon et al., 2011, Parallel random numbers: as easy as 1, 2, 3; its authors' library is Random123.
"""

from math import pi, prod

import numpy as np

from paddle_dip.problem.randomness import philox_key

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # what is added to the key from one round to the next
ROUNDS = 10
WORD = 2**32 - 1
# A word w as a number in (0, 1]: w * SCALE + HALF. The largest words round up to 1 in float32, whose logarithm is 0; none gives 0.
SCALE, HALF = 2.0**-32, 2.0**-33
TURN = float(np.float32(2 * pi * SCALE))  # a word as an angle: one rounding, the same everywhere


def round_keys(key: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the two words that each round mixes in."""
    return [tuple((word + number * step) & WORD for word, step in zip(key, _KEY_STEPS, strict=True)) for number in range(ROUNDS)]  # type: ignore[misc]


def philox(counter: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """Return the random words of counters, both uint32 [4, n]."""
    a, b, c, d = counter.astype(np.uint64)
    first, second = (np.uint64(multiplier) for multiplier in MULTIPLIERS)
    word, half = np.uint64(WORD), np.uint64(32)
    for left, right in round_keys(key):
        p, q = first * a, second * c
        a, b, c, d = (q >> half) ^ b ^ np.uint64(left), q & word, (p >> half) ^ d ^ np.uint64(right), p & word
    return np.stack([a, b, c, d]).astype(np.uint32)


def philox_noise(shape: tuple[int, ...], seed: int, step: int) -> np.ndarray:
    """Return the standard normal noise that step number `step` adds to z: float32 of `shape`.

    Number i of the flattened array is a function of (seed, step, i), whatever the shape: number i % 4 of those that the words of
    the counter (i // 4, step, 0, 0) become, two by two, by Box and Muller. Not that of `step_noise`; the same law.
    """
    counter = np.zeros((4, -(-prod(shape) // 4)), np.uint32)
    counter[0], counter[1] = np.arange(counter.shape[1]), step
    words = philox(counter, philox_key(seed)).astype(np.float32)
    radii = np.sqrt(-2 * np.log(words[::2] * np.float32(SCALE) + np.float32(HALF)))
    angles = words[1::2] * np.float32(TURN)
    normal = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)  # [2 pairs, cosine and sine, n]
    return normal.reshape(4, -1).T.reshape(-1)[: prod(shape)].reshape(shape)
