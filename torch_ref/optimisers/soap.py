"""SOAP (Vyas et al., 2024, algorithm 3): Adam in the eigenbases of Shampoo's preconditioner.

Each kernel [out, in, k, k] is turned, dimension by dimension, into the eigenvectors of that dimension's own gradient statistics;
Adam steps there, and the step is turned back. Parameters of one dimension are Adam's as they are. The first step only looks.
"""

from math import prod

import numpy as np
import torch

from paddle_dip.errors import InputError
from paddle_dip.problem.eigenbases import changes, first_bases, folds, renewed_bases, turns, whole
from paddle_dip.problem.presets import Preset
from torch_ref.state import MOMENTS, read_moments, write_moments

Arrays = dict[str, np.ndarray]
Matrices = dict[int, torch.Tensor]  # of the folds that have bases, by number: [n, S, S]


class Stack:
    """Parameters of one shape, {name: tensor}, as one array [n, *shape]: their statistics, bases and next increments.

    increments: what the framework's Adam steps from nought, in the bases.
    """

    def __init__(self, parameters: dict[str, torch.Tensor], preset: Preset):
        self.parameters, self._decay = parameters, preset.soap_decay
        first = next(iter(parameters.values()))
        self.increments = torch.zeros([len(parameters), *first.shape], dtype=first.dtype, device=first.device)
        self.increments.requires_grad_(True)
        self._folds = dict(enumerate(folds(tuple(first.shape))))
        self._turning = [number for number, fold in self._folds.items() if turns(fold, preset.soap_largest_side)]
        self._sizes = {number: prod(fold) for number, fold in self._folds.items() if prod(fold) > 1}
        self._statistics: Matrices = {}
        self._bases: dict[int, tuple[np.ndarray, ...]] = {}
        self._matrices: Matrices = {}

    def begin(self) -> None:
        """Take the first bases from the gradients that are there."""
        n = len(self.parameters)
        for number in self._turning:
            self._statistics[number] = self.increments.new_zeros([n, self._sizes[number], self._sizes[number]])
        self._turn_gradients()
        for number in self._turning:
            self._set_bases(number, first_bases(array(self._statistics[number]), self._folds[number]))

    def look(self) -> None:
        """Take the gradients into the statistics, and turned as those of the increments."""
        self.increments.grad = self._turn_gradients()

    def move(self) -> None:
        """Add the increments, turned back, to the parameters, and set them to nought."""
        steps = turned(self.increments, self._sizes, self._matrices, back=True)
        for parameter, step in zip(self.parameters.values(), steps.unbind(), strict=True):
            parameter.add_(step)
        self.increments.zero_()

    def renew(self, moment1: torch.Tensor, moment2: torch.Tensor) -> None:
        """Renew the bases and carry Adam's moments into them: the first turned, the second, which can't be, reordered."""
        change, order = {}, {}
        for number in self._turning:
            old, statistics = self._bases[number], array(self._statistics[number])
            new, reordering = renewed_bases(statistics, old, self._folds[number])
            change[number], order[number] = self._tensor(whole(changes(old, new))), self._tensor(whole(reordering))
            self._set_bases(number, new)
        carry(moment1, self._sizes, change)
        carry(moment2, self._sizes, order)

    def state(self) -> Arrays:
        """Return "soap/statisticsFOLD/NAME" and "soap/basisAXIS/NAME" arrays."""
        stacks = {f"statistics{number}": array(value) for number, value in self._statistics.items()}
        stacks |= {f"basis{number + axis}": value for number, axes in self._bases.items() for axis, value in enumerate(axes)}
        return {f"soap/{kind}/{name}": v[place] for kind, v in stacks.items() for place, name in enumerate(self.parameters)}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises InputError where an array is missing."""
        for number in self._turning:
            self._statistics[number] = self._tensor(stacked(state, f"statistics{number}", self.parameters))
            axes = range(number, number + len(self._folds[number]))
            self._set_bases(number, tuple(stacked(state, f"basis{axis}", self.parameters) for axis in axes))

    def _turn_gradients(self) -> torch.Tensor:
        x = torch.stack([parameter.grad for parameter in self.parameters.values()])  # type: ignore[misc]  # none is None here
        for number, size in self._sizes.items():
            x = x.reshape(len(x), size, -1)
            if number in self._statistics:
                # The other dimensions' turns, being orthogonal, leave this product as it is; and without the paper's factor
                # 1 - decay it has the same eigenvectors.
                self._statistics[number].mul_(self._decay).add_(x @ x.mT)
            x = moved_last(x, self._matrices.get(number))
        return x.reshape(self.increments.shape)

    def _set_bases(self, number: int, bases: tuple[np.ndarray, ...]) -> None:
        self._bases[number], self._matrices[number] = bases, self._tensor(whole(bases))

    def _tensor(self, value: np.ndarray) -> torch.Tensor:
        return torch.tensor(value, dtype=self.increments.dtype, device=self.increments.device)


class SOAP:
    """SOAP over `parameters`, {name: tensor}; it sets them in place."""

    def __init__(self, parameters: dict[str, torch.Tensor], preset: Preset):
        self._parameters, self._preset = parameters, preset
        shapes = dict.fromkeys(tuple(p.shape) for p in parameters.values() if p.ndim > 1)
        groups = [{name: p for name, p in parameters.items() if tuple(p.shape) == shape} for shape in shapes]
        self._stacks = {f"stack {number}": Stack(group, preset) for number, group in enumerate(groups)}
        self._learnt = {name: stack.increments for name, stack in self._stacks.items()}
        self._learnt |= {name: p for name, p in parameters.items() if p.ndim <= 1}
        betas, learnt = (preset.soap_beta1, preset.soap_beta2), list(self._learnt.values())
        self._adam = torch.optim.Adam(learnt, preset.learning_rate, betas=betas, eps=preset.soap_epsilon)
        write_moments(self._learnt, self._adam, self._nothing_yet())

    @torch.no_grad()
    def step(self, loss: torch.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""
        if step == 0:
            self._begin()
        else:
            self._advance(self._preset.learning_rate_at(step))
            if step % self._preset.soap_renewal == 0:
                self._renew()
        for parameter in self._parameters.values():
            parameter.grad = None

    def state(self) -> Arrays:
        """Return "soap/MOMENT/NAME" arrays, Adam's in the bases, and those of the stacks."""
        held = read_moments(self._learnt, self._adam)
        arrays = {f"soap/{moment}/{name}": held[f"adam/{moment}/{name}"] for name in self._flat() for moment in MOMENTS}
        for key, stack in self._stacks.items():
            for moment in MOMENTS:
                value = held[f"adam/{moment}/{key}"]
                each = value if moment.startswith("moment") else [value] * len(stack.parameters)
                arrays |= {f"soap/{moment}/{name}": v for name, v in zip(stack.parameters, each, strict=True)}
            arrays |= stack.state()
        return arrays

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises InputError where names don't fit. Call it before the first step."""
        given = {f"adam/{moment}/{name}": stacked(state, moment, [name])[0] for name in self._flat() for moment in MOMENTS}
        for key, stack in self._stacks.items():
            stack.load_state(state)
            for moment in MOMENTS:
                each = stacked(state, moment, stack.parameters)
                given[f"adam/{moment}/{key}"] = each if moment.startswith("moment") else each[0]
        # Paddle's first step begins with its own betas' powers, torch's counts the steps: the first of all only looked.
        write_moments(self._learnt, self._adam, given | {"step": state["step"] - 1})

    def _begin(self) -> None:
        for stack in self._stacks.values():
            stack.begin()

    def _advance(self, rate: float) -> None:
        for stack in self._stacks.values():
            stack.look()
        self._adam.param_groups[0]["lr"] = rate
        self._adam.step()
        for stack in self._stacks.values():
            stack.move()

    def _renew(self) -> None:
        for stack in self._stacks.values():
            held = self._adam.state[stack.increments]
            stack.renew(held["exp_avg"], held["exp_avg_sq"])

    def _flat(self) -> list[str]:
        return [name for name in self._learnt if name not in self._stacks]

    def _nothing_yet(self) -> Arrays:
        zeros = {name: np.zeros(value.shape, array(value).dtype) for name, value in self._learnt.items()}
        moments = {f"adam/{moment}/{name}": value for name, value in zeros.items() for moment in ("moment1", "moment2")}
        return moments | {"step": np.array(0)}


def turned(x: torch.Tensor, sizes: dict[int, int], matrices: Matrices, *, back: bool = False) -> torch.Tensor:
    """Return a stack [n, *shape] with each fold, of `sizes` entries, in the coordinates of its matrix's columns, or `back`.

    One after another is moved behind the others, so that in the end all are where they were.
    """
    shape = x.shape
    for number, size in sizes.items():
        x = moved_last(x.reshape(shape[0], size, -1), matrices.get(number), back=back)
    return x.reshape(shape)


def moved_last(x: torch.Tensor, matrix: torch.Tensor | None, *, back: bool = False) -> torch.Tensor:
    """Return [n, S, rest] as [n, rest, S], times the matrix, [n, S, S], or `back`, its transpose, if there is one."""
    return x.mT if matrix is None else x.mT @ (matrix.mT if back else matrix)


def carry(moment: torch.Tensor, sizes: dict[int, int], matrices: Matrices) -> None:
    """Set a stacked moment to itself in other bases."""
    if matrices:
        moment.copy_(turned(moment, sizes, matrices))


def stacked(state: Arrays, kind: str, names: dict[str, torch.Tensor] | list[str]) -> np.ndarray:
    """Return the "soap/KIND/NAME" arrays one upon another; raises InputError where one is missing or of another shape."""
    keys = [f"soap/{kind}/{name}" for name in names]
    if any(key not in state or state[key].shape != state[keys[0]].shape for key in keys):
        raise InputError(
            f"state doesn't fit the optimiser: soap/{kind} is missing or of another shape for one of {', '.join(names)}"
        )
    return np.stack([state[key] for key in keys])


def array(value: torch.Tensor) -> np.ndarray:
    """Return a copy: torch's arrays share memory with the tensors, which the next step changes in place."""
    return value.detach().cpu().numpy().copy()
