"""Which parameters a trajectory can't be compared on: those whose true gradient is zero."""

from collections.abc import Iterable


def without_gradient(names: Iterable[str]) -> set[str]:
    """Return the names among `names` of the biases that a BatchNorm behind them cancels, derived from the names.

    BLOCK.conv.bias, where the block has a BLOCK.norm: the normalisation subtracts it again. SCALE.merge.norm.bias, where SCALE.up1
    is a block with a norm: a constant a channel passes the padding (reflect or replicate) and the convolution as a constant, and
    is subtracted likewise. Their gradients are rounding noise, which Adam blows up to the size of a step in float32.
    """
    known = set(names)
    return {name for name in known if _cancelled_by(name) in known}


def _cancelled_by(name: str) -> str | None:
    for ending, behind in ((".conv.bias", ".norm.bias"), (".merge.norm.bias", ".up1.norm.bias")):
        if name.endswith(ending):
            return name.removesuffix(ending) + behind
    return None
