"""Randomness of training as an argument: every draw is a function of the seed and its place, so a run can be taken up anywhere."""

import numpy as np

from paddle_dip.errors import InputError

# A stream a purpose, beside those of paddle_dip.problem.randomness: adding one never changes what the others draw.
_STREAMS = {
    "weights": 100,
    "dropout": 101,
    "order": 102,
    "split": 103,
    "jitter": 104,
    "hole": 105,
    "mask": 106,
    "crop": 107,
    "mix": 108,
}


def generator(seed: int, purpose: str, *place: int) -> np.random.Generator:
    """Return the generator of random numbers for a purpose at a place: a network, a step, an epoch and a sample, ..."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, _STREAMS[purpose], *place])))


def layer_values(
    shape: tuple[int, ...], fans: tuple[int, int], seed: int, place: tuple[int, int], *, law: str, is_bias: bool
) -> np.ndarray:
    """Return the initial weight or bias of a layer: float64 of `shape`, which for a linear layer is [out, in].

    fans: inputs and outputs that one output and one input of the layer see. place: which network, which array of it.
    law: "torch", PyTorch's default, uniform on +-1/sqrt(inputs); "pix2pix", N(0, 0.02) and biases 0 (Isola et al. 2017, 6.2);
    "hifill", N(0, 0.05) cut off at two standard deviations, linear layers Xavier-uniform, biases 0 (Yi et al. 2020's code). Raises
    ValueError for another.
    """
    if law not in ("torch", "pix2pix", "hifill"):
        raise InputError(f"initialisation must be torch, pix2pix or hifill, not {law!r}")
    draw = generator(seed, "weights", *place)
    if law == "torch":
        bound = 1 / np.sqrt(fans[0])
        return draw.uniform(-bound, bound, shape)
    if is_bias:
        return np.zeros(shape)
    if law == "pix2pix":
        return draw.standard_normal(shape) * 0.02
    if len(shape) == 2:
        bound = np.sqrt(6 / sum(fans))
        return draw.uniform(-bound, bound, shape)
    return _cut_off_normal(draw, shape) * 0.05


def dropout_mask(shape: tuple[int, ...], rate: float, seed: int, *place: int) -> np.ndarray:
    """Return what a dropout layer multiplies by: float32 of `shape`, 0 with probability `rate`, else 1 / (1 - rate)."""
    kept = generator(seed, "dropout", *place).random(shape, dtype=np.float32) >= rate
    return kept.astype(np.float32) / np.float32(1 - rate)


def order_seed(seed: int, epoch: int) -> int:
    """Return the seed, below 2 ** 32, of the order in which epoch number `epoch` sees its samples."""
    return int(generator(seed, "order", epoch).integers(2**32))


def _cut_off_normal(draw: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    values = draw.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values[far] = draw.standard_normal(int(far.sum()))
    return values
