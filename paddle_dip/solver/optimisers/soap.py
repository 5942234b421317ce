"""SOAP (Vyas et al., 2024, algorithm 3): Adam in the eigenbases of Shampoo's preconditioner.

Each kernel [out, in, k, k] is turned, dimension by dimension, into the eigenvectors of that dimension's own gradient statistics;
Adam steps there, and the step is turned back. Parameters of one dimension are Adam's as they are. The first step only looks.
"""

from math import prod

import numpy as np
import paddle

from paddle_dip.errors import InputError
from paddle_dip.problem.eigenbases import changes, first_bases, folds, renewed_bases, turns, whole
from paddle_dip.problem.presets import Preset
from paddle_dip.solver.fast import soap
from paddle_dip.solver.state import MOMENTS, read_moments, write_moments

Arrays = dict[str, np.ndarray]
Matrices = dict[int, paddle.Tensor]  # of the folds that have bases, by number: [n, S, S]


class Stack:
    """Parameters of one shape, {name: tensor}, as one array [n, *shape]: their statistics, bases and next increments.

    Those of one dimension have no bases.

    increments: what the framework's Adam steps from nought, in the bases. sizes: the entries of each fold, by number; turning: the
    numbers of those that have bases; statistics, matrices: of these.
    """

    def __init__(self, parameters: dict[str, paddle.Tensor], preset: Preset):
        self.parameters, self._decay = parameters, preset.soap_decay
        first = next(iter(parameters.values()))
        self.increments = paddle.zeros([len(parameters), *first.shape], dtype=first.dtype)
        self.increments.stop_gradient = False
        self._folds = dict(enumerate(folds(tuple(first.shape)))) if first.ndim > 1 else {}
        self.turning = [number for number, fold in self._folds.items() if turns(fold, preset.soap_largest_side)]
        self.sizes = {number: prod(fold) for number, fold in self._folds.items() if prod(fold) > 1}
        self.statistics: Matrices = {}
        self._bases: dict[int, tuple[np.ndarray, ...]] = {}
        self.matrices: Matrices = {}

    def begin(self) -> None:
        """Take the first bases from the gradients that are there."""
        n = len(self.parameters)
        for number in self.turning:
            self.statistics[number] = paddle.zeros([n, self.sizes[number], self.sizes[number]], dtype=self.increments.dtype)
        self._turn_gradients()
        for number in self.turning:
            self._set_bases(number, first_bases(self.statistics[number].numpy(), self._folds[number]))

    def look(self) -> None:
        """Take the gradients into the statistics, and turned as those of the increments."""
        self.increments.grad = self._turn_gradients()

    def move(self) -> None:
        """Add the increments, turned back, to the parameters, and set them to nought."""
        steps = turned(self.increments, self.sizes, self.matrices, back=True)
        for parameter, step in zip(self.parameters.values(), steps.unbind(0), strict=True):
            parameter.add_(step)
        self.increments.zero_()

    def renew(self, moment1: paddle.Tensor, moment2: paddle.Tensor) -> None:
        """Renew the bases and carry Adam's moments into them: the first turned, the second, which can't be, reordered."""
        change, order = {}, {}
        for number in self.turning:
            old, statistics = self._bases[number], self.statistics[number].numpy()
            new, reordering = renewed_bases(statistics, old, self._folds[number])
            change[number], order[number] = paddle.to_tensor(whole(changes(old, new))), paddle.to_tensor(whole(reordering))
            self._set_bases(number, new)
        carry(moment1, self.sizes, change)
        carry(moment2, self.sizes, order)

    def state(self) -> Arrays:
        """Return "soap/statisticsFOLD/NAME" and "soap/basisAXIS/NAME" arrays."""
        stacks = {f"statistics{number}": value.numpy() for number, value in self.statistics.items()}
        stacks |= {f"basis{number + axis}": value for number, axes in self._bases.items() for axis, value in enumerate(axes)}
        return {f"soap/{kind}/{name}": v[place] for kind, v in stacks.items() for place, name in enumerate(self.parameters)}

    def load_state(self, state: Arrays) -> None:
        """Go on from a `state`; raises InputError where an array is missing."""
        for number in self.turning:
            self.statistics[number] = paddle.to_tensor(stacked(state, f"statistics{number}", self.parameters))
            axes = range(number, number + len(self._folds[number]))
            self._set_bases(number, tuple(stacked(state, f"basis{axis}", self.parameters) for axis in axes))

    def _turn_gradients(self) -> paddle.Tensor:
        gradients: list = [parameter.grad for parameter in self.parameters.values()]  # none is None here
        x = paddle.stack(gradients)
        for number, size in self.sizes.items():
            x = x.reshape([len(x), size, -1])
            if number in self.statistics:
                # The other dimensions' turns, being orthogonal, leave this product as it is; and without the paper's factor
                # 1 - decay it has the same eigenvectors.
                self.statistics[number].scale_(self._decay).add_(paddle.matmul(x, x, transpose_y=True))
            x = moved_last(x, self.matrices.get(number))
        return x.reshape(self.increments.shape)

    def _set_bases(self, number: int, bases: tuple[np.ndarray, ...]) -> None:
        self._bases[number], self.matrices[number] = bases, paddle.to_tensor(whole(bases))


class SOAP:
    """SOAP over `parameters`, {name: tensor}; it sets them in place."""

    def __init__(self, parameters: dict[str, paddle.Tensor], preset: Preset):
        self._parameters, self._preset = parameters, preset
        # What is of one dimension is stacked where one compiled call moves a stack: Adam takes its time for each tensor.
        shapes = dict.fromkeys(tuple(p.shape) for p in parameters.values() if p.ndim > 1 or soap.usable(p))
        groups = [{name: p for name, p in parameters.items() if tuple(p.shape) == shape} for shape in shapes]
        self._stacks = {f"stack {number}": Stack(group, preset) for number, group in enumerate(groups)}
        compiled = {key: stack for key, stack in self._stacks.items() if all(map(soap.usable, stack.parameters.values()))}
        self._compiled = soap.CompiledSteps(compiled, preset)
        self._plain = {key: stack for key, stack in self._stacks.items() if key not in compiled}
        self._learnt = {key: stack.increments for key, stack in self._plain.items()}
        self._learnt |= {name: p for name, p in parameters.items() if tuple(p.shape) not in shapes}
        learnt = list(self._learnt.values())
        self._adam = paddle.optimizer.Adam(
            preset.learning_rate,
            beta1=preset.soap_beta1,
            beta2=preset.soap_beta2,
            epsilon=preset.soap_epsilon,
            parameters=learnt,
            # One call for all that is learnt, as calls add up; Paddle hasn't got that for float64.
            use_multi_tensor=all(p.dtype == paddle.float32 for p in learnt),
        )
        self._given: Arrays | None = self._nothing_yet()  # what Adam was given, until its first step: it keeps that to itself

    @paddle.no_grad()
    def step(self, loss: paddle.Tensor, step: int) -> None:
        """Take step number `step`, from 0, down the gradients of `loss`, which are there, and clear them."""
        if step == 0:
            self._begin()
        else:
            self._advance(self._preset.learning_rate_at(step))
            if step % self._preset.soap_renewal == 0:
                self._renew()
        for parameter in self._parameters.values():
            parameter.clear_gradient(False)

    def state(self) -> Arrays:
        """Return "soap/MOMENT/NAME" arrays, Adam's in the bases, and those of the stacks."""
        held = (read_moments(self._learnt, self._adam) if self._given is None else self._given) | self._compiled.state()
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
        self._compiled.load_state(given)
        self._given = {name: value for name, value in given.items() if name.split("/", 2)[2] in self._learnt}
        write_moments(self._learnt, self._adam, given)

    def _begin(self) -> None:
        for stack in self._stacks.values():
            stack.begin()

    def _advance(self, rate: float) -> None:
        if self._compiled.moments:
            self._compiled.take(rate)
        if not self._learnt:
            return
        for stack in self._plain.values():
            stack.look()
        self._adam.set_lr(rate)
        self._adam.step()
        self._given = None
        for stack in self._plain.values():
            stack.move()

    def _renew(self) -> None:
        held = self._adam.state_dict()
        for key, stack in self._stacks.items():
            names = (f"{stack.increments.name}_{moment}_0" for moment in ("moment1", "moment2"))
            stack.renew(*(self._compiled.moments.get(key) or [held[name] for name in names]))

    def _flat(self) -> list[str]:
        return [name for name in self._learnt if name not in self._stacks]

    def _nothing_yet(self) -> Arrays:
        start = {"beta1_pow_acc": self._preset.soap_beta1, "beta2_pow_acc": self._preset.soap_beta2}
        arrays: Arrays = {}
        for name, value in self._learnt.items():
            zeros = np.zeros(value.shape, value.numpy().dtype)
            arrays |= {f"adam/{m}/{name}": np.full(1, start[m], zeros.dtype) if m in start else zeros for m in MOMENTS}
        return arrays


def turned(x: paddle.Tensor, sizes: dict[int, int], matrices: Matrices, *, back: bool = False) -> paddle.Tensor:
    """Return a stack [n, *shape] with each fold, of `sizes` entries, in the coordinates of its matrix's columns, or `back`.

    One after another is moved behind the others, so that in the end all are where they were.
    """
    shape = x.shape
    for number, size in sizes.items():
        x = moved_last(x.reshape([shape[0], size, -1]), matrices.get(number), back=back)
    return x.reshape(shape)


def moved_last(x: paddle.Tensor, matrix: paddle.Tensor | None, *, back: bool = False) -> paddle.Tensor:
    """Return [n, S, rest] as [n, rest, S], times the matrix, [n, S, S], or `back`, its transpose, if there is one."""
    return x.transpose([0, 2, 1]) if matrix is None else paddle.matmul(x, matrix, transpose_x=True, transpose_y=back)


def carry(moment: paddle.Tensor, sizes: dict[int, int], matrices: Matrices) -> None:
    """Set a stacked moment to itself in other bases."""
    if matrices:
        paddle.assign(turned(moment, sizes, matrices), moment)


def stacked(state: Arrays, kind: str, names: dict[str, paddle.Tensor] | list[str]) -> np.ndarray:
    """Return the "soap/KIND/NAME" arrays one upon another; raises InputError where one is missing or of another shape."""
    keys = [f"soap/{kind}/{name}" for name in names]
    if any(key not in state or state[key].shape != state[keys[0]].shape for key in keys):
        raise InputError(
            f"state doesn't fit the optimiser: soap/{kind} is missing or of another shape for one of {', '.join(names)}"
        )
    return np.stack([state[key] for key in keys])
