"""Randomness as an argument: every draw is a function of (seed, stream, step), so a run can be taken up at any step."""

from collections.abc import Mapping

import numpy as np

from paddle_dip.errors import InputError

# A stream a purpose: adding one never changes what the others draw.
_STREAMS = {"input": 0, "noise": 1, "weights": 2, "held out": 3, "holes": 4, "grain": 5, "philox": 6}


def network_input(shape: tuple[int, ...], seed: int, *, law: str = "uniform", scale: float = 0.1) -> np.ndarray:
    """Return z, float32 of `shape`, [1, K, H, W].

    law "uniform": on [0, scale); "normal": of standard deviation `scale`; "meshgrid": x and y, each from 0 to 1, as K = 2 channels.
    Source: the reference's get_noise (uniform or normal, times 1/10; meshgrid). Raises InputError for another law or K.
    """
    if law == "meshgrid":
        if shape[1] != 2:
            raise InputError(f"a meshgrid has 2 channels, the network takes {shape[1]}")
        x, y = np.linspace(0, 1, shape[3], dtype=np.float32), np.linspace(0, 1, shape[2], dtype=np.float32)
        return np.stack(np.meshgrid(x, y))[None]
    generator = _generator(seed, "input")
    if law == "uniform":
        return generator.random(shape, dtype=np.float32) * np.float32(scale)
    if law == "normal":
        return generator.standard_normal(shape, dtype=np.float32) * np.float32(scale)
    raise InputError(f"input must be uniform, normal, meshgrid or guide, not {law!r}")


def step_noise(shape: tuple[int, ...], seed: int, step: int) -> np.ndarray:
    """Return the standard normal noise that step number `step` adds to z: float32 of `shape`."""
    return _generator(seed, "noise", step).standard_normal(shape, dtype=np.float32)


# Who draws the noise of a step: `step_noise`, or paddle_dip.problem.philox and its twins. Their order is in states: only add.
NOISE_GENERATORS = ("numpy", "philox")


def noise_generator(wanted: str, state: Mapping[str, np.ndarray] | None, *, on_gpu: bool) -> str:
    """Return which of NOISE_GENERATORS a fit takes: the one it began with, where it goes on from a `state`; else the one wanted.

    wanted: one of them, or "auto": on a GPU philox, which draws there; on a CPU numpy, which is many times as fast there.
    """
    if state is not None:
        return NOISE_GENERATORS[int(state.get("noise_generator", np.array(0)))]  # before there were two
    return wanted if wanted != "auto" else NOISE_GENERATORS[on_gpu]


def philox_key(seed: int) -> tuple[int, int]:
    """Return the two words of the key that Philox draws the noise with."""
    first, second = np.random.SeedSequence([seed, _STREAMS["philox"]]).generate_state(2)
    return int(first), int(second)


def initial_weights(
    shape: tuple[int, ...], fan_in: int, seed: int, index: int, *, law: str, is_bias: bool, fan_out: int | None = None
) -> np.ndarray:
    """Return the initial values of the weight or bias number `index` of a convolution or linear layer: float64 of `shape`.

    law "torch": uniform on +-1/sqrt(fan_in) for weight and bias. law "paddle": N(0, 2/fan_in) for the weight, 0 for the bias; where
    `fan_out` is given, as it is for a transposed convolution, uniform on +-sqrt(6/(fan_in + fan_out)) for the weight.
    In Deep Image Prior the initialisation is part of the prior: torch's law has a standard deviation sqrt(6) times smaller.
    """
    generator = _generator(seed, "weights", index)
    if law == "torch":
        bound = 1 / np.sqrt(fan_in)
        return generator.uniform(-bound, bound, shape)
    if law == "paddle":
        if is_bias:
            return np.zeros(shape)
        if fan_out is None:
            return generator.standard_normal(shape) * np.sqrt(2 / fan_in)
        bound = np.sqrt(6 / (fan_in + fan_out))
        return generator.uniform(-bound, bound, shape)
    raise InputError(f"initialisation must be torch or paddle, not {law!r}")


def held_out_pixels(known: np.ndarray, fraction: float, seed: int) -> np.ndarray:
    """Return which of the known pixels, those above 0 in [1, H, W], a fit doesn't see: boolean [1, H, W], at least one True."""
    places = np.flatnonzero(known)
    pixels = np.zeros(known.size, dtype=bool)
    pixels[_generator(seed, "held out").permutation(places)[: max(round(fraction * places.size), 1)]] = True
    return pixels.reshape(known.shape)


def random_holes(shape: tuple[int, int], fraction: float, seed: int) -> np.ndarray:
    """Return a mask, float32 [1, height, width]: 1, a hole, with probability `fraction`, else 0; the channels share it."""
    return (_generator(seed, "holes").random((1, *shape)) < fraction).astype(np.float32)


def grain(shape: tuple[int, ...], sigma: float, seed: int) -> np.ndarray:
    """Return normal noise of standard deviation `sigma`, float32 of `shape`, to spoil an image with."""
    return _generator(seed, "grain").standard_normal(shape, dtype=np.float32) * np.float32(sigma)


def _generator(seed: int, stream: str, step: int = 0) -> np.random.Generator:
    # SFC64 is the fastest of NumPy's generators: the noise of a step is on the critical path.
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, _STREAMS[stream], step])))
