"""The arrays of a fit's first step, in Paddle: data, output, loss, gradients, buffers, and every layer's output if asked for."""

from collections.abc import Callable

import numpy as np
import paddle
from paddle import nn

from paddle_dip.problem.network_input import first_input
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import step_noise
from paddle_dip.problem.tasks import Problem
from paddle_dip.solver.fit import Snapshot
from paddle_dip.solver.layers import centre_crop
from paddle_dip.solver.loss import misfit, total_variation
from paddle_dip.solver.networks import build_network
from paddle_dip.solver.operators import observe
from paddle_dip.solver.precision import Dtype

Arrays = dict[str, np.ndarray]


def first_step(problem: Problem, preset: Preset, *, seed: int, dtype: Dtype, layers: bool = False) -> Arrays:
    """Return the named arrays of the first forward and backward pass of `fit` with the same arguments, before Adam's step.

    Names: data/{z, noise, observation, weights/NAME}, forward/canvas, operator/prediction, loss/loss, grad/NAME, buffers/NAME;
    with `layers` also layers/NAME and layer_grads/NAME in the order in which they come about. NAMEs are Paddle's.
    """
    channels = len(problem.observation)
    network = build_network(preset.network, channels, seed=seed, initialisation=preset.initialisation, dtype=dtype)
    shape = preset.network.input_shape(*problem.canvas)
    z = paddle.to_tensor(first_input(problem, preset, shape, seed), dtype=dtype)
    z.stop_gradient = not preset.learn_input
    noise = paddle.to_tensor(step_noise(shape, seed, 0), dtype=dtype)
    y = paddle.to_tensor(problem.observation[None], dtype=dtype)
    arrays = {"data/z": z.numpy(), "data/noise": noise.numpy(), "data/observation": y.numpy()}
    trainable = {name: p for name, p in network.named_parameters() if not p.stop_gradient}
    arrays |= {f"data/weights/{name}": p.numpy() for name, p in trainable.items()}
    if layers:
        _watch_layers(network, arrays)
    canvas = centre_crop(network(z + preset.reg_noise_std * noise), *problem.canvas)
    prediction = observe(problem, dtype=dtype)(canvas)
    known = None if problem.known is None else paddle.to_tensor(problem.known[None], dtype=dtype)
    loss = misfit(prediction, y, known, preset.loss) + total_variation(canvas, preset)
    loss.backward()
    arrays |= {"forward/canvas": canvas.numpy(), "operator/prediction": prediction.numpy(), "loss/loss": loss.numpy()}
    learnt = trainable | ({"z": z} if preset.learn_input else {})
    arrays |= {f"grad/{name}": p.grad.numpy() for name, p in learnt.items() if p.grad is not None}
    return arrays | {f"buffers/{name}": value.numpy() for name, value in network.state_dict().items() if name not in trainable}


def watch_kinks(snapshot: Snapshot, note: Callable[..., None]) -> None:
    """Have `note` called on every layer whose derivative jumps, from the next step on: LeakyReLU, ReLU and max pooling.

    Its arguments: the layer's name, its input, [N, C, H, W], and whether it pools. Swish and ELU are smooth.
    """
    for name, layer in snapshot.network.named_sublayers():
        if isinstance(layer, nn.LeakyReLU | nn.ReLU | nn.MaxPool2D):
            layer.register_forward_post_hook(_noter(name, note))


def _noter(name: str, note: Callable[..., None]):
    def see(layer: nn.Layer, inputs: tuple, output: paddle.Tensor) -> None:
        note(name, inputs[0].numpy(), pools=isinstance(layer, nn.MaxPool2D))

    return see


def _watch_layers(network: nn.Layer, arrays: Arrays) -> None:
    for name, layer in network.named_sublayers():
        layer.register_forward_post_hook(_recorder(name, arrays))


def _recorder(name: str, arrays: Arrays):
    def keep_gradient(gradient: paddle.Tensor) -> None:
        arrays[f"layer_grads/{name}"] = gradient.numpy()

    def record(layer: nn.Layer, inputs: tuple, output: paddle.Tensor) -> None:
        arrays[f"layers/{name}"] = output.numpy()
        output.register_hook(keep_gradient)

    return record
