"""One step's losses and gradients of each kind of training; the update itself is the optimisers'."""

import paddle
import paddle.nn.functional as F
from paddle import nn

from paddle_dip.problem.trained.presets import DeblurPreset
from paddle_dip.trained.losses import discriminator_loss, generator_losses

Losses = dict[str, paddle.Tensor]


def deblurring_gradients(
    generator: nn.Layer,
    discriminator: nn.Layer,
    blurred: paddle.Tensor,
    sharp: paddle.Tensor,
    masks: list[paddle.Tensor],
    preset: DeblurPreset,
) -> Losses:
    """Set the gradients of both networks from one forward pass and return the losses.

    blurred, sharp: [N, 3, H, W] in [-1, 1]; masks: dropout's, of `generator.mask_shapes`.
    """
    fake = generator(blurred, masks)
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


def _set_gradients(loss: paddle.Tensor, network: nn.Layer, *, keep_graph: bool) -> None:
    trained = [p for p in network.parameters() if not p.stop_gradient]
    for parameter, gradient in zip(trained, paddle.grad(loss, trained, retain_graph=keep_graph), strict=True):
        parameter.grad = gradient
