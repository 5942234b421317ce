"""Which parameters a trajectory can't be compared on: those whose true gradient is zero."""

from collections.abc import Iterable

# What a layer calls its convolutions in front of its `norm`.
_IN_FRONT = (".conv.bias", ".skip.bias", ".up.bias")


def without_gradient(names: Iterable[str], *, zero_pad: bool = False) -> set[str]:
    """Return the names among `names` of the biases that a BatchNorm behind them cancels, derived from the names.

    LAYER.conv.bias, LAYER.skip.bias and LAYER.up.bias, where the layer has a LAYER.norm: the normalisation subtracts them again.
    SCALE.merge.norm.bias, where SCALE.up1 is a block with a norm: a constant a channel passes the padding (reflect or replicate,
    not zeros: `zero_pad`) and the convolution as a constant, and is subtracted likewise. Their gradients are rounding noise, which
    Adam blows up to the size of a step in float32.
    """
    known = set(names)
    return {name for name in known if _cancelled_by(name, zero_pad=zero_pad) in known}


def _cancelled_by(name: str, *, zero_pad: bool) -> str | None:
    for ending in _IN_FRONT:
        if name.endswith(ending):
            return name.removesuffix(ending) + ".norm.bias"
    if name.endswith(".merge.norm.bias") and not zero_pad:
        return name.removesuffix(".merge.norm.bias") + ".up1.norm.bias"
    return None
