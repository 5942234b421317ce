"""The noise-perturbed loop of the Deep Image Prior, one step at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import paddle
from paddle import nn

from paddle_dip.problem.network_input import first_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import NOISE_GENERATORS, noise_generator
from paddle_dip.problem.tasks import Problem
from paddle_dip.solver.device import on_gpu
from paddle_dip.solver.layers import centre_crop
from paddle_dip.solver.loss import misfit, total_variation
from paddle_dip.solver.networks import build_network
from paddle_dip.solver.noise import noises
from paddle_dip.solver.operators import observe
from paddle_dip.solver.optimisers import Optimiser, build_optimiser
from paddle_dip.solver.precision import Dtype
from paddle_dip.solver.state import read_weights, trainable, write_weights

State = dict[str, np.ndarray]


@dataclass(frozen=True)
class Snapshot:
    """The run after `step` steps. Its methods copy from the device, so call them when needed, and before the next step is taken."""

    step: int
    _problem: Problem
    _drawn_by: str
    network: nn.Layer
    _optimiser: Optimiser
    _z: paddle.Tensor
    _canvas: paddle.Tensor
    _average: paddle.Tensor
    _loss: paddle.Tensor

    def loss(self) -> float:
        """Return the loss of this step: mean squared error, observations being in [0, 1]."""
        return float(self._loss)

    def canvas(self, kind: str) -> np.ndarray:
        """Return what the network paints, float [C, *problem.canvas] in [0, 1].

        kind: "perturbed", this step's own output (before its update); "average", the moving average of those; "clean", the output
        for z without noise (costs a forward pass, and moves BatchNorm's running statistics, which nothing here reads).
        """
        if kind == "clean":
            with paddle.no_grad():
                return centre_crop(self.network(self._z), *self._problem.canvas)[0].numpy()
        return {"perturbed": self._canvas, "average": self._average}[kind][0].numpy()

    def state(self) -> State:
        """Return all that `fit` needs to go on from here, as named arrays."""
        average, z = self._average.numpy(), self._z.numpy()
        drawn_by = np.array(NOISE_GENERATORS.index(self._drawn_by))
        run = {"step": np.array(self.step), "average": average, "z": z, "noise_generator": drawn_by}
        return run | read_weights(self.network) | self._optimiser.state()


def fit(
    problem: Problem, preset: Preset, *, seed: int = 0, state: State | None = None, dtype: Dtype = "float32"
) -> Iterator[Snapshot]:
    """Fit a network to one observation; yield a snapshot after each step, the last after `preset.steps`.

    theta* = argmin |A(f_theta(z + noise)) - y|^2 (paper, equation 2). Everything random is a function of `seed` and the step, so
    a run that takes up from a snapshot's `state` gives the same bits as one that never stopped, with the same number of threads.
    """
    channels = len(problem.observation)
    law = {"initialisation": preset.initialisation, "precision": preset.precision}
    network = build_network(preset.network, channels, seed=seed, dtype=dtype, **law)
    shape = preset.network.input_shape(*problem.canvas)
    z = paddle.to_tensor(first_input(problem, preset, shape, seed), dtype=dtype)
    y = paddle.to_tensor(problem.observation[None], dtype=dtype)
    known = None if problem.known is None else paddle.to_tensor(problem.known[None], dtype=dtype)
    degrade, walks = observe(problem, dtype=dtype), preset.noise == "cumulative"
    drawn_by = noise_generator(preset.noise_generator, state, on_gpu=on_gpu())
    start, average = 0, paddle.zeros([1, channels, *problem.canvas], dtype=dtype)
    if state is not None:
        if "average" not in state or state["average"].shape != tuple(average.shape):
            raise ValueError(f"state doesn't fit the problem: it has no average of the shape {tuple(average.shape)}")
        z = paddle.to_tensor(state["z"], dtype=dtype)
        start, average = int(state["step"]), paddle.to_tensor(state["average"])
    z.stop_gradient = not preset.learn_input
    optimiser = build_optimiser(trainable(network) | ({"z": z} if preset.learn_input else {}), preset)
    if state is not None:
        write_weights(network, state)
        optimiser.load_state(state)

    steps = range(start, preset.steps)
    noise_of_steps = noises(shape, seed, steps, drawn_by, std=preset.reg_noise_std, dtype=dtype)
    for step, noise in zip(steps, noise_of_steps, strict=True):
        canvas = centre_crop(network(z if walks else z + noise), *problem.canvas)
        loss = misfit(degrade(canvas), y, known, preset.loss) + total_variation(canvas, preset)
        loss.backward()
        optimiser.step(loss, step)
        average = moving_average(average, canvas.detach(), step, preset.average_decay)
        z = z + noise if walks else z
        yield Snapshot(step + 1, problem, drawn_by, network, optimiser, z, canvas.detach(), average, loss.detach())


def moving_average(average: paddle.Tensor, value: paddle.Tensor, step: int, decay: float) -> paddle.Tensor:
    """Return the exponential moving average after `step` (from 0): a plain mean at first, so that the start leaves no trace."""
    weight = max(1 - decay, 1 / (step + 1))
    return average + weight * (value - average)
