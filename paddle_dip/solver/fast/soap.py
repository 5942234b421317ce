"""SOAP's steps through a compiled operator: its matrices are so small that Paddle's calls take longer to begin than to make."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import paddle

from paddle_dip.problem.presets import Preset
from paddle_dip.solver.fast import operators
from paddle_dip.solver.state import MOMENTS

Arrays = dict[str, np.ndarray]
_SMALL = 2**18  # numbers: kernels of 128 channels, but no z that is learnt


class Stacked(Protocol):
    """Parameters of one shape: see paddle_dip.solver.optimisers.soap.Stack."""

    parameters: dict[str, paddle.Tensor]
    statistics: dict[int, paddle.Tensor]
    matrices: dict[int, paddle.Tensor]
    sizes: dict[int, int]
    turning: list[int]


def usable(parameter: paddle.Tensor) -> bool:
    """Return whether the compiled operators can take a parameter, and are faster: they keep a copy of each, on one thread."""
    return parameter.size <= _SMALL and operators.usable(parameter)


class CompiledSteps:
    """SOAP's steps for stacks, {key: stack}, one call a step. moments: of each key Adam's two, [n, *shape], in the bases."""

    def __init__(self, stacks: Mapping[str, Stacked], preset: Preset):
        self._stacks, self._preset = stacks, preset
        self.moments = {key: (_zeros(stack), _zeros(stack)) for key, stack in stacks.items()}
        self._betas = np.array([preset.soap_beta1, preset.soap_beta2], np.float32)
        self._powers = self._betas.copy()  # of the next step, as Paddle's Adam has them

    def take(self, rate: float) -> None:
        """Take the gradients into the statistics, Adam's step in the bases, and move the parameters by it turned back."""
        stacks = list(self._stacks.values())
        parameters = [parameter for stack in stacks for parameter in stack.parameters.values()]
        gradients = [parameter.grad for parameter in parameters]
        statistics = [matrix for stack in stacks for matrix in stack.statistics.values()]
        matrices = [matrix for stack in stacks for matrix in stack.matrices.values()]
        moments = [list(each) for each in zip(*self.moments.values(), strict=True)]
        operators.call(
            "dip_soap_step",
            *(gradients, statistics, matrices, *moments, parameters),
            *(*_layout(stacks), self._preset.soap_decay, self._law(rate)),
        )
        self._powers = self._powers * self._betas  # not in place: states hold them

    def state(self) -> Arrays:
        """Return "adam/MOMENT/KEY" arrays, those of paddle_dip.solver.state."""
        each = ((key, (*(moment.numpy() for moment in moments), *self._powers[:, None])) for key, moments in self.moments.items())
        return {f"adam/{name}/{key}": value for key, values in each for name, value in zip(MOMENTS, values, strict=True)}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`."""
        for key in self.moments:
            moment1, moment2, *powers = (state[f"adam/{name}/{key}"] for name in MOMENTS)
            self.moments[key] = paddle.to_tensor(moment1), paddle.to_tensor(moment2)
            self._powers = np.concatenate(powers).astype(np.float32)

    def _law(self, rate: float) -> list[float]:
        """Return Adam's learning rate and epsilon, corrected for the bias of the step, and its betas."""
        first, second = 1 - self._powers
        root = np.sqrt(second)
        with np.errstate(over="ignore"):  # of a rate beyond all bounds: others look after a fit that diverges
            corrected = np.float32(rate) * (root / first), np.float32(self._preset.soap_epsilon) * root
        return [float(value) for value in (*corrected, *self._betas)]


def _zeros(stack: Stacked) -> paddle.Tensor:
    first = next(iter(stack.parameters.values()))
    return paddle.zeros([len(stack.parameters), *first.shape], dtype=first.dtype)


def _layout(stacks: Sequence[Stacked]) -> tuple[list[int], ...]:
    """Return how many parameters each stack has, how many folds, and of all folds the size, and whether it turns."""
    counts, folds = [len(stack.parameters) for stack in stacks], [len(stack.sizes) for stack in stacks]
    sizes = [size for stack in stacks for size in stack.sizes.values()]
    return counts, folds, sizes, [int(number in stack.turning) for stack in stacks for number in stack.sizes]
