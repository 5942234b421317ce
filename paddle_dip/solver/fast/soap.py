"""SOAP's products through the compiled operators: of matrices so small that Paddle's calls take longer to begin than to make."""

from collections.abc import Sequence
from typing import Protocol

import paddle

from paddle_dip.solver.fast import operators

_SMALL = 2**18  # numbers: kernels of 128 channels, but no z that is learnt


class Stacked(Protocol):
    """Parameters of one shape: see paddle_dip.solver.optimisers.soap.Stack."""

    parameters: dict[str, paddle.Tensor]
    increments: paddle.Tensor
    statistics: dict[int, paddle.Tensor]
    matrices: dict[int, paddle.Tensor]
    sizes: dict[int, int]
    turning: list[int]


def usable(parameter: paddle.Tensor) -> bool:
    """Return whether the compiled operators can take a parameter, and are faster: they keep a copy of each, on one thread."""
    return parameter.size <= _SMALL and operators.usable(parameter)


def look(stacks: Sequence[Stacked], decay: float) -> None:
    """Take the gradients of all parameters into the statistics, and turned as those of the increments."""
    gradients = [parameter.grad for stack in stacks for parameter in stack.parameters.values()]
    for stack in stacks:
        if stack.increments.grad is None:
            stack.increments.grad = paddle.zeros_like(stack.increments)
    turned = [stack.increments.grad for stack in stacks]
    statistics = [matrix for stack in stacks for matrix in stack.statistics.values()]
    operators.call("dip_soap_look", gradients, statistics, _matrices(stacks), turned, *_layout(stacks), decay)


def move(stacks: Sequence[Stacked]) -> None:
    """Add the increments, turned back, to the parameters, and set them to nought."""
    parameters = [parameter for stack in stacks for parameter in stack.parameters.values()]
    increments = [stack.increments for stack in stacks]
    operators.call("dip_soap_move", increments, _matrices(stacks), parameters, *_layout(stacks))


def _matrices(stacks: Sequence[Stacked]) -> list[paddle.Tensor]:
    return [matrix for stack in stacks for matrix in stack.matrices.values()]


def _layout(stacks: Sequence[Stacked]) -> tuple[list[int], ...]:
    """Return how many parameters each stack has, how many folds, and of all folds the size, and whether it turns."""
    counts, folds = [len(stack.parameters) for stack in stacks], [len(stack.sizes) for stack in stacks]
    sizes = [size for stack in stacks for size in stack.sizes.values()]
    return counts, folds, sizes, [int(number in stack.turning) for stack in stacks for number in stack.sizes]
