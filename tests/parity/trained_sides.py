"""What the parity tests of the trained networks share: both frameworks behind one face, and the arrays of a few steps of each."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import paddle
import torch

import paddle_dip.trained.gradients as paddle_gradients
import paddle_dip.trained.losses as paddle_losses
import paddle_dip.trained.networks as paddle_networks
import torch_ref.trained.gradients as torch_gradients
import torch_ref.trained.losses as torch_losses
import torch_ref.trained.networks as torch_networks
from paddle_dip.evaluation.parity.compare import Stage, compare
from paddle_dip.io.weights import to_paddle
from paddle_dip.trained.problem.masks import random_mask
from paddle_dip.trained.problem.randomness import dropout_mask

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Side:
    """One framework. adam: from a network and settings to its optimiser; update: step it and clear the gradients."""

    networks: ModuleType
    losses: ModuleType
    gradients: ModuleType
    tensor: Callable
    adam: Callable
    update: Callable
    parameters: Callable


def _paddle_adam(network, *, lr, betas, eps, decay=0.0):
    trained = [p for p in network.parameters() if not p.stop_gradient]
    settings = {"beta1": betas[0], "beta2": betas[1], "epsilon": eps, "weight_decay": decay or None}
    return paddle.optimizer.Adam(lr, parameters=trained, **settings)


def _torch_adam(network, *, lr, betas, eps, decay=0.0):
    return torch.optim.Adam(network.parameters(), lr, betas=betas, eps=eps, weight_decay=decay)


def _paddle_update(adam) -> None:
    adam.step()
    adam.clear_grad()


def _torch_update(adam) -> None:
    adam.step()
    adam.zero_grad()


def _paddle_parameters(network) -> dict:
    return {name: p for name, p in network.named_parameters() if not p.stop_gradient}


PADDLE = Side(paddle_networks, paddle_losses, paddle_gradients, paddle.to_tensor, _paddle_adam, _paddle_update, _paddle_parameters)
TORCH = Side(
    torch_networks,
    torch_losses,
    torch_gradients,
    torch.tensor,
    _torch_adam,
    _torch_update,
    lambda network: dict(network.named_parameters()),
)


def array(value) -> np.ndarray:
    return value.detach().numpy().copy()


def named(side: Side, head: str, values: dict) -> Arrays:
    """Tensors by torch's or Paddle's names as arrays under Paddle's names and layouts."""
    arrays = {name: array(value) for name, value in values.items()}
    arrays = to_paddle(arrays) if side is TORCH else arrays
    return {f"{head}/{name}": np.ascontiguousarray(value) for name, value in arrays.items()}


def state(side: Side, head: str, network) -> Arrays:
    return named(side, head, side.parameters(network))


def gradients(side: Side, network) -> Arrays:
    return named(side, "grad", {name: p.grad for name, p in side.parameters(network).items()})


def prefixed(prefix: str, arrays: Arrays) -> Arrays:
    """The same with a network's name in front of each parameter's."""
    return {f"{name.split('/')[0]}/{prefix}.{name.partition('/')[2]}": value for name, value in arrays.items()}


def uniform(low: float, high: float, *shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).uniform(low, high, shape)


def deblurring(side: Side, preset, *, batch: int, height: int, width: int, steps: int) -> Arrays:
    """Data, output, losses and gradients of the first step, and the parameters after each."""
    networks = {
        name: side.networks.build_network(config, number=number, dtype="float64")
        for number, (name, config) in enumerate({"generator": preset.generator, "discriminator": preset.discriminator}.items())
    }
    settings = {"lr": preset.learning_rate, "betas": preset.betas, "eps": preset.adam_epsilon}
    adams = {name: side.adam(network, **settings) for name, network in networks.items()}
    sharp = uniform(-1, 1, batch, 3, height, width)
    blurred = (sharp + np.roll(sharp, 1, axis=2)) / 2
    arrays = {"data/sharp": sharp, "data/blurred": blurred}
    arrays |= {k: v for name, network in networks.items() for k, v in prefixed(name, state(side, "data", network)).items()}
    for step in range(steps):
        shapes = networks["generator"].mask_shapes(batch, height, width)
        masks = [side.tensor(dropout_mask(s, 0.5, 0, step, i).astype(np.float64)) for i, s in enumerate(shapes)]
        pair = (side.tensor(blurred), side.tensor(sharp))
        if step == 0:
            arrays["forward/fake"] = array(networks["generator"](pair[0], masks))
        losses = side.gradients.deblurring_gradients(*networks.values(), *pair, masks, preset)
        if step == 0:
            arrays |= {f"loss/{name}": array(loss) for name, loss in losses.items()}
            arrays |= {k: v for name, network in networks.items() for k, v in prefixed(name, gradients(side, network)).items()}
        for adam in adams.values():
            side.update(adam)
        stage = f"params_{step + 1}"
        arrays |= {k: v for name, network in networks.items() for k, v in prefixed(name, state(side, stage, network)).items()}
    return arrays


def autoencoding(side: Side, config, *, shape: tuple[int, ...], steps: int, decay: float) -> Arrays:
    """Data, output, loss, gradients and running statistics of the first step, and the parameters after each."""
    network = side.networks.build_network(config, dtype="float64")
    adam = side.adam(network, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, decay=decay)
    clean = uniform(0, 1, *shape)
    damaged = clean.copy()
    damaged[:, :, 3:9, 5:17] = 0
    arrays = {"data/clean": clean, **state(side, "data", network)}
    for step in range(steps):
        losses = side.gradients.autoencoder_gradients(network, side.tensor(damaged), side.tensor(clean))
        if step == 0:
            arrays |= {"loss/mse": array(losses["mse"]), **gradients(side, network), **buffers(side, network, shape)}
            arrays["forward/restored"] = array(network(side.tensor(damaged)))
        side.update(adam)
        arrays |= state(side, f"params_{step + 1}", network)
    return arrays


def buffers(side: Side, network, shape: tuple[int, ...]) -> Arrays:
    """The running statistics; torch's variance is divided by one less, so over how many values is noted beside it."""
    trained = side.parameters(network)
    held = {name: value for name, value in network.state_dict().items() if name not in trained}
    arrays = named(side, "buffers", held)
    if side is TORCH:
        counts = {}
        hooks = [
            layer.register_forward_hook(lambda layer, x, y, name=name: counts.update({name: y.numel() // y.shape[1]}))
            for name, layer in network.named_modules()
            if isinstance(layer, torch.nn.BatchNorm2d)
        ]
        frozen = {name: value.clone() for name, value in network.state_dict().items()}
        network(torch.zeros(shape, dtype=torch.float64))
        network.load_state_dict(frozen)
        for hook in hooks:
            hook.remove()
        arrays |= {f"unbiased_over/{name}": np.array(count) for name, count in counts.items()}
    return arrays


def filling(side: Side, config, critic_config, *, batch: int, height: int, width: int) -> Arrays:
    """Data, outputs, all losses with the gradient penalty, and every gradient of both networks."""
    filler = side.networks.build_network(config, dtype="float64")
    critic = side.networks.build_network(critic_config, number=1, dtype="float64")
    picture, hole = uniform(-1, 1, batch, 3, height, width), np.zeros((batch, 1, height, width))
    hole[:, :, height // 4 : height // 2, width // 4 : width // 3] = 1
    hole[:, :, : height // 8, : width // 8] = 0.5  # a soft one
    x, h = side.tensor(picture), side.tensor(hole)
    guess, filled, attention = filler(x * (1 - h), h)
    arrays = {"data/picture": picture, "data/hole": hole, **prefixed("filler", state(side, "data", filler))}
    outputs = {"guess": guess, "filled": filled, "attention": attention}
    arrays |= {f"forward/{name}": array(value) for name, value in outputs.items()}
    patched = filled * h + x * (1 - h)
    losses = side.losses.filler_losses(critic(patched), (guess, filled), x, h, fourier_weight=0.5)
    losses["filler"].backward()
    arrays |= prefixed("filler", gradients(side, filler))
    critic = side.networks.build_network(critic_config, number=1, dtype="float64")  # without the gradients of the filler's loss
    patched = patched.detach()
    penalty = side.losses.gradient_penalty(critic, x, patched, side.tensor(uniform(0, 1, batch, 1, 1, 1)))
    critics = {"penalty": penalty, "loss": side.losses.critic_loss(critic(x), critic(patched), penalty, weight=10.0)}
    critics["loss"].backward()
    arrays |= prefixed("critic", gradients(side, critic))
    arrays |= {f"critic/{name}": array(loss) for name, loss in critics.items()}  # thousands at first: judged relatively
    return arrays | {f"loss/{name}": array(loss) for name, loss in losses.items()}


def removal(side: Side, preset, *, batch: int, steps: int) -> Arrays:
    """Losses and gradients of the first step, in which both networks change, and the parameters after each."""
    size = preset.size
    configs = {"filler": preset.filler, "critic": preset.critic}
    networks = {n: side.networks.build_network(c, number=i, dtype="float64") for i, (n, c) in enumerate(configs.items())}
    settings = {"lr": preset.learning_rate, "betas": preset.betas, "eps": preset.adam_epsilon}
    adams = {name: side.adam(network, **settings) for name, network in networks.items()}
    picture, hole = (
        uniform(-1, 1, batch, 3, size, size),
        np.stack([random_mask(size, size, 0, n) for n in range(batch)]).astype(np.float64),
    )
    arrays = {"data/picture": picture, "data/hole": hole}
    for step in range(steps):
        mix = side.tensor(uniform(0, 1, batch, 1, 1, 1))
        tensors = (side.tensor(picture), side.tensor(hole), mix)
        update = step % preset.critic_steps == 0
        losses = side.gradients.filling_gradients(*networks.values(), *tensors, preset, update_filler=update)
        if step == 0:
            arrays |= {f"loss/{name}": array(loss) for name, loss in losses.items() if name not in ("critic", "penalty")}
            arrays |= {f"critic/{name}": array(losses[name]) for name in ("critic", "penalty")}
            arrays |= {k: v for name, network in networks.items() for k, v in prefixed(name, gradients(side, network)).items()}
        for name in networks if update else ("critic",):
            side.update(adams[name])
        stage = f"params_{step + 1}"
        arrays |= {k: v for name, network in networks.items() for k, v in prefixed(name, state(side, stage, network)).items()}
    return arrays


def ladder(run: Callable, *settings, **more) -> list[Stage]:
    return compare(run(PADDLE, *settings, **more), run(TORCH, *settings, **more), dtype="float64")
