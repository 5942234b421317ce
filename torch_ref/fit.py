"""The noise-perturbed loop of the Deep Image Prior, one step at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from paddle_dip.problem.network_input import first_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import NOISE_GENERATORS, noise_generator
from paddle_dip.problem.tasks import Problem
from torch_ref.layers import centre_crop
from torch_ref.loss import misfit, total_variation
from torch_ref.networks import build_network
from torch_ref.noise import noises
from torch_ref.operators import observe
from torch_ref.optimisers import Optimiser, build_optimiser
from torch_ref.state import read_weights, trainable, write_weights

State = dict[str, np.ndarray]


@dataclass(frozen=True)
class Snapshot:
    """The run after `step` steps. Its methods copy from the device, so call them when needed, and before the next step is taken."""

    step: int
    _problem: Problem
    _drawn_by: str
    network: nn.Module
    _optimiser: Optimiser
    _z: torch.Tensor
    _canvas: torch.Tensor
    _average: torch.Tensor
    _loss: torch.Tensor

    def loss(self) -> float:
        """Return the loss of this step: mean squared error, observations being in [0, 1]."""
        return self._loss.item()

    def canvas(self, kind: str) -> np.ndarray:
        """Return what the network paints, float [C, *problem.canvas] in [0, 1].

        kind: "perturbed", this step's own output (before its update); "average", the moving average of those; "clean", the output
        for z without noise (costs a forward pass, and moves BatchNorm's running statistics, which nothing here reads).
        """
        if kind == "clean":
            with torch.no_grad():
                return centre_crop(self.network(self._z), *self._problem.canvas)[0].cpu().numpy()
        return {"perturbed": self._canvas, "average": self._average}[kind][0].cpu().numpy().copy()

    def state(self) -> State:
        """Return all that `fit` needs to go on from here, as named arrays."""
        average, z = (value.detach().cpu().numpy().copy() for value in (self._average, self._z))
        drawn_by = np.array(NOISE_GENERATORS.index(self._drawn_by))
        run = {"step": np.array(self.step), "average": average, "z": z, "noise_generator": drawn_by}
        return run | read_weights(self.network) | self._optimiser.state()


def fit(
    problem: Problem, preset: Preset, *, seed: int = 0, state: State | None = None, dtype: str = "float32", device: str = "cpu"
) -> Iterator[Snapshot]:
    """Fit a network to one observation; yield a snapshot after each step, the last after `preset.steps`.

    theta* = argmin |A(f_theta(z + noise)) - y|^2 (paper, equation 2). Everything random is a function of `seed` and the step, so
    a run that takes up from a snapshot's `state` gives the same bits as one that never stopped, with the same number of threads.
    device: where to compute, which Paddle has as a setting of its own.
    """
    channels = len(problem.observation)
    law = {"initialisation": preset.initialisation, "precision": preset.precision}
    network = build_network(preset.network, channels, seed=seed, dtype=dtype, device=device, **law)
    kind = getattr(torch, dtype)
    shape = preset.network.input_shape(*problem.canvas)
    z = torch.tensor(first_input(problem, preset, shape, seed), dtype=kind, device=device)
    y = torch.as_tensor(problem.observation[None], dtype=kind, device=device)
    known = None if problem.known is None else torch.as_tensor(problem.known[None], dtype=kind, device=device)
    degrade, walks = observe(problem, dtype=dtype, device=device), preset.noise == "cumulative"
    drawn_by = noise_generator(preset.noise_generator, state, on_gpu=torch.device(device).type == "cuda")
    start, average = 0, torch.zeros([1, channels, *problem.canvas], dtype=kind, device=device)
    if state is not None:
        if "average" not in state or state["average"].shape != tuple(average.shape):
            raise ValueError(f"state doesn't fit the problem: it has no average of the shape {tuple(average.shape)}")
        z = torch.tensor(state["z"], dtype=kind, device=device)
        start, average = int(state["step"]), torch.as_tensor(state["average"], device=device)
    z.requires_grad_(preset.learn_input)
    optimiser = build_optimiser(trainable(network) | ({"z": z} if preset.learn_input else {}), preset)
    if state is not None:
        write_weights(network, state)
        optimiser.load_state(state)

    steps = range(start, preset.steps)
    noise_of_steps = noises(shape, seed, steps, drawn_by, std=preset.reg_noise_std, dtype=dtype, device=device)
    for step, noise in zip(steps, noise_of_steps, strict=True):
        canvas = centre_crop(network(z if walks else z + noise), *problem.canvas)
        loss = misfit(degrade(canvas), y, known, preset.loss) + total_variation(canvas, preset)
        loss.backward()
        optimiser.step(loss, step)
        average = moving_average(average, canvas.detach(), step, preset.average_decay)
        z = z + noise if walks else z
        yield Snapshot(step + 1, problem, drawn_by, network, optimiser, z, canvas.detach(), average, loss.detach())


def moving_average(average: torch.Tensor, value: torch.Tensor, step: int, decay: float) -> torch.Tensor:
    """Return the exponential moving average after `step` (from 0): a plain mean at first, so that the start leaves no trace."""
    weight = max(1 - decay, 1 / (step + 1))
    return average + weight * (value - average)
