"""Randomness as an argument: every draw is a function of (seed, stream, step), so a run can be taken up at any step."""

import numpy as np

# A stream a purpose: adding one never changes what the others draw.
_STREAMS = {"input": 0, "noise": 1, "weights": 2}


def network_input(shape: tuple[int, ...], seed: int, *, scale: float = 0.1) -> np.ndarray:
    """Return z: float32 of `shape`, uniform on [0, scale). Source: the reference's get_noise (uniform, times 1/10)."""
    return (_generator(seed, "input").random(shape, dtype=np.float32) * np.float32(scale)).astype(np.float32)


def step_noise(shape: tuple[int, ...], seed: int, step: int) -> np.ndarray:
    """Return the standard normal noise that step number `step` adds to z: float32 of `shape`."""
    return _generator(seed, "noise", step).standard_normal(shape, dtype=np.float32)


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
    raise ValueError(f"initialisation must be torch or paddle, not {law!r}")


def _generator(seed: int, stream: str, step: int = 0) -> np.random.Generator:
    # SFC64 is the fastest of NumPy's generators: the noise of a step is on the critical path.
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, _STREAMS[stream], step])))
