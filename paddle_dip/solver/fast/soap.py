"""SOAP's products through the compiled operators: of matrices so small that Paddle's calls take longer to begin than to make."""

from collections.abc import Iterable, Sequence

import paddle

from paddle_dip.solver.fast import operators

_SMALL = 2**18  # numbers: kernels of 128 channels, but no z that is learnt


def usable(parameter: paddle.Tensor) -> bool:
    """Return whether the compiled operators can take a parameter, and are faster: they keep a copy of each, on one thread."""
    return parameter.size <= _SMALL and operators.usable(parameter)


def look(
    gradients: Iterable[paddle.Tensor],
    statistics: Iterable[paddle.Tensor],
    matrices: Iterable[paddle.Tensor],
    sizes: Sequence[int],
    turning: Sequence[bool],
    decay: float,
) -> paddle.Tensor:
    """Return gradients of one shape as a stack [n, *shape], each fold turned by its matrix, and take them into the statistics.

    statistics, changed in place, and matrices: [n, S, S], one for each fold that is turning; sizes: of all folds.
    """
    operands = list(gradients), list(statistics), list(matrices), list(sizes), [int(turns) for turns in turning]
    return operators.call("dip_soap_look", *operands, decay)[0]


def move(
    increments: paddle.Tensor,
    matrices: Iterable[paddle.Tensor],
    parameters: Iterable[paddle.Tensor],
    sizes: Sequence[int],
    turning: Sequence[bool],
) -> None:
    """Add increments, [n, *shape], turned by the transposes of the matrices, to the parameters, and set them to nought."""
    operators.call("dip_soap_move", increments, list(matrices), list(parameters), list(sizes), [int(turns) for turns in turning])
