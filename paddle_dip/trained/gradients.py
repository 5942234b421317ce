"""One step's losses and gradients of each kind of training; the update itself is the optimisers'."""

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.trained.losses import critic_loss, discriminator_loss, filler_losses, generator_losses, gradient_penalty
from paddle_dip.trained.problem.presets import DeblurPreset
from paddle_dip.trained.problem.removal_presets import RemovalPreset

Losses = dict[str, paddle.Tensor]
_WEIGHTS = ("adversarial_weight", "hole_weight", "outside_weight", "coarse_weight", "fourier_weight")


def deblurring_gradients(
    generator: nn.Layer,
    discriminator: nn.Layer | None,
    blurred: paddle.Tensor,
    sharp: paddle.Tensor,
    masks: list[paddle.Tensor],
    preset: DeblurPreset,
) -> Losses:
    """Set the gradients of both networks from one forward pass and return the losses.

    blurred, sharp: [N, 3, H, W] in [-1, 1]; masks: dropout's, of `generator.mask_shapes`. Without a discriminator the mean absolute
    difference is all there is to learn from.
    """
    fake = generator(blurred, masks)
    if discriminator is None:
        l1 = F.l1_loss(fake, sharp)
        _set_gradients(l1, generator, keep_graph=False)
        return {"generator": l1.detach(), "l1": l1.detach()}
    real_logits, fake_logits = discriminator(sharp, blurred), discriminator(fake, blurred)
    losses = generator_losses(fake_logits, fake, sharp, l1_weight=preset.l1_weight)
    losses["discriminator"] = discriminator_loss(real_logits, fake_logits, weight=preset.discriminator_weight)
    # Each loss reaches its own network alone: backward() would mix them, for the pass through the discriminator is shared.
    _set_gradients(losses["generator"], generator, keep_graph=True)
    _set_gradients(losses["discriminator"], discriminator, keep_graph=False)
    return {name: loss.detach() for name, loss in losses.items()}


def autoencoder_gradients(network: nn.Layer, damaged: paddle.Tensor, clean: paddle.Tensor) -> Losses:
    """Set an autoencoder's gradients and return its loss: what it makes of `damaged` against `clean`, [N, C, H, W] in [0, 1]."""
    loss = F.mse_loss(network(damaged), clean)
    loss.backward()
    return {"mse": loss.detach()}


def filling_gradients(
    filler: nn.Layer,
    critic: nn.Layer,
    picture: paddle.Tensor,
    hole: paddle.Tensor,
    mix: paddle.Tensor,
    preset: RemovalPreset,
    *,
    update_filler: bool,
) -> Losses:
    """Set the critic's gradients, and with `update_filler` the filler's, from one forward pass, and return the losses.

    picture: [N, 3, H, W] in [-1, 1]; hole: [N, 1, H, W], 1 where it is; mix: see `gradient_penalty`.
    """
    with paddle.set_grad_enabled(update_filler):
        outputs = filler(picture * (1 - hole), hole)[:2]
        patched = outputs[1] * hole + picture * (1 - hole)
        fake_scores = critic(patched)
        weights = {name: getattr(preset, name) for name in _WEIGHTS}
        losses = filler_losses(fake_scores, outputs, picture, hole, **weights)
    if update_filler:
        _set_gradients(losses["filler"], filler, keep_graph=False)
    patched = patched.detach()
    penalty = gradient_penalty(critic, picture, patched, mix)
    losses["critic"] = critic_loss(critic(picture), critic(patched), penalty, weight=preset.penalty_weight)
    _set_gradients(losses["critic"], critic, keep_graph=False)
    return {name: loss.detach() for name, loss in losses.items()} | {"penalty": penalty.detach()}


def _set_gradients(loss: paddle.Tensor, network: nn.Layer, *, keep_graph: bool) -> None:
    trained = [p for p in network.parameters() if not p.stop_gradient]
    for parameter, gradient in zip(trained, paddle.grad(loss, trained, retain_graph=keep_graph), strict=True):
        parameter.grad = gradient
