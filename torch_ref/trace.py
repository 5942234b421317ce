"""The arrays of a fit's first step, in PyTorch: data, output, loss, gradients, buffers, and every layer's output if asked for."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from paddle_dip.problem.network_input import first_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import step_noise
from paddle_dip.problem.tasks import Problem
from torch_ref.fit import Snapshot
from torch_ref.layers import centre_crop
from torch_ref.loss import misfit, total_variation
from torch_ref.networks import build_network
from torch_ref.operators import observe
from torch_ref.state import named_arrays

Arrays = dict[str, np.ndarray]


def first_step(problem: Problem, preset: Preset, *, seed: int, dtype: str, layers: bool = False) -> Arrays:
    """Return the named arrays of the first forward and backward pass of `fit` with the same arguments, before Adam's step.

    Names: data/{z, noise, observation, weights/NAME}, forward/canvas, operator/prediction, loss/loss, grad/NAME, buffers/NAME;
    with `layers` also layers/NAME and layer_grads/NAME in the order in which they come about. NAMEs are Paddle's.
    unbiased_over/NAME: how many values BatchNorm NAME averaged over; it says that its running variance is the unbiased one.
    """
    channels = len(problem.observation)
    network = build_network(preset.network, channels, seed=seed, initialisation=preset.initialisation, dtype=dtype)
    kind = getattr(torch, dtype)
    shape = preset.network.input_shape(*problem.canvas)
    z = torch.as_tensor(first_input(problem, preset, shape, seed), dtype=kind).requires_grad_(preset.learn_input)
    noise = torch.as_tensor(step_noise(shape, seed, 0), dtype=kind)
    y = torch.as_tensor(problem.observation[None], dtype=kind)
    arrays = {"data/z": _array(z), "data/noise": _array(noise), "data/observation": _array(y)}
    trainable = dict(network.named_parameters())
    arrays |= {f"data/weights/{name}": _array(p) for name, p in trainable.items()}
    _watch_norms(network, arrays)
    if layers:
        _watch_layers(network, arrays)
    canvas = centre_crop(network(z + preset.reg_noise_std * noise), *problem.canvas)
    prediction = observe(problem, dtype=dtype)(canvas)
    known = None if problem.known is None else torch.as_tensor(problem.known[None], dtype=kind)
    loss = misfit(prediction, y, known, preset.loss) + total_variation(canvas, preset)
    loss.backward()
    arrays |= {"forward/canvas": _array(canvas), "operator/prediction": _array(prediction), "loss/loss": _array(loss)}
    learnt = trainable | ({"z": z} if preset.learn_input else {})
    arrays |= {f"grad/{name}": _array(p.grad) for name, p in learnt.items() if p.grad is not None}
    return arrays | {f"buffers/{name}": _array(value) for name, value in named_arrays(network).items() if name not in trainable}


def watch_kinks(snapshot: Snapshot, note: Callable[..., None]) -> None:
    """Have `note` called on every layer whose derivative jumps, from the next step on: LeakyReLU, ReLU and max pooling.

    Its arguments: the layer's name, its input, [N, C, H, W], and whether it pools. Swish and ELU are smooth.
    """
    for name, layer in snapshot.network.named_modules():
        if isinstance(layer, nn.LeakyReLU | nn.ReLU | nn.MaxPool2d):
            layer.register_forward_hook(_noter(name, note))


def _noter(name: str, note: Callable[..., None]):
    def see(layer: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        note(name, _array(inputs[0]), pools=isinstance(layer, nn.MaxPool2d))

    return see


def _watch_norms(network: nn.Module, arrays: Arrays) -> None:
    for name, layer in network.named_modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_hook(_counter(name, arrays))


def _counter(name: str, arrays: Arrays):
    def count(layer: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        arrays[f"unbiased_over/{name}"] = np.array(output.numel() // output.shape[1])

    return count


def _watch_layers(network: nn.Module, arrays: Arrays) -> None:
    for name, layer in network.named_modules():
        if name:  # the network itself comes first, under no name
            layer.register_forward_hook(_recorder(name, arrays))


def _recorder(name: str, arrays: Arrays):
    def keep_gradient(gradient: torch.Tensor) -> None:
        arrays[f"layer_grads/{name}"] = _array(gradient)

    def record(layer: nn.Module, inputs: tuple, output: torch.Tensor) -> None:
        arrays[f"layers/{name}"] = _array(output)
        output.register_hook(keep_gradient)

    return record


def _array(value: torch.Tensor) -> np.ndarray:
    # A copy: torch's arrays share memory with the tensors, which may change in place.
    return value.detach().cpu().numpy().copy()
