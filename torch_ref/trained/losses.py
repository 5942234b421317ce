"""The losses of the trained networks; means, so that sizes and batches don't matter."""

from collections.abc import Callable

import torch
import torch.nn.functional as F


def judged(logits: torch.Tensor, *, real: bool) -> torch.Tensor:
    """Return the cross-entropy of a discriminator's logits with "all real" or "none real"."""
    wanted = torch.ones_like(logits) if real else torch.zeros_like(logits)
    return F.binary_cross_entropy_with_logits(logits, wanted)


def generator_losses(
    fake_logits: torch.Tensor, fake: torch.Tensor, sharp: torch.Tensor, *, l1_weight: float
) -> dict[str, torch.Tensor]:
    """Return Pix2Pix's "generator" loss and its parts "adversarial" and "l1" (Isola et al. 2017, equation 4)."""
    adversarial, l1 = judged(fake_logits, real=True), F.l1_loss(fake, sharp)
    return {"generator": adversarial + l1_weight * l1, "adversarial": adversarial, "l1": l1}


def discriminator_loss(real_logits: torch.Tensor, fake_logits: torch.Tensor, *, weight: float) -> torch.Tensor:
    """Return Pix2Pix's discriminator loss, times `weight`."""
    return weight * (judged(real_logits, real=True) + judged(fake_logits, real=False))


def filler_losses(
    scores: torch.Tensor,
    outputs: tuple[torch.Tensor, torch.Tensor],
    picture: torch.Tensor,
    hole: torch.Tensor,
    *,
    adversarial_weight: float = 0.001,
    hole_weight: float = 1.2,
    outside_weight: float = 1.2,
    coarse_weight: float = 1.2,
    fourier_weight: float = 0.0,
) -> dict[str, torch.Tensor]:
    """Return the "filler" loss of object removal and its parts "adversarial", "hole", "outside" and "fourier".

    scores: the critic's of the patched picture; outputs: first guess and filled picture, [N, 3, H, W]; hole: [N, 1, H, W], 1 where
    it is. outside is a mean over what is outside, hole over the whole picture, as in HiFill's code, whose weights the defaults are.
    """
    guess, filled = ((picture - output).abs() for output in outputs)
    parts = {
        "adversarial": -scores.mean(),
        "hole": coarse_weight * (guess * hole).mean() + (filled * hole).mean(),
        "outside": (coarse_weight * (guess * (1 - hole)).mean() + (filled * (1 - hole)).mean()) / (1 - hole).mean(),
        "fourier": fourier_l1(outputs[1], picture),
    }
    weights = (adversarial_weight, hole_weight, outside_weight, fourier_weight)
    first, *others = (weight * part for weight, part in zip(weights, parts.values(), strict=True))
    return {"filler": sum(others, first), **parts}


def critic_loss(real_scores: torch.Tensor, fake_scores: torch.Tensor, penalty: torch.Tensor, *, weight: float) -> torch.Tensor:
    """Return WGAN-GP's critic loss, `weight` times the gradient penalty included (Gulrajani et al. 2017, equation 3)."""
    return fake_scores.mean() - real_scores.mean() + weight * penalty


def gradient_penalty(
    critic: Callable[[torch.Tensor], torch.Tensor], real: torch.Tensor, fake: torch.Tensor, mix: torch.Tensor
) -> torch.Tensor:
    """Return the mean of (slope - 1) ** 2 of `critic` between real and fake pictures, [N, C, H, W].

    mix: [N, 1, 1, 1] in [0, 1], how much of the fake one is taken. Its gradient needs the critic's second derivatives.
    """
    between = (real + mix * (fake - real)).detach()
    between.requires_grad_()
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    slopes = gradient.square().sum(dim=[1, 2, 3]).sqrt()
    return (slopes - 1).square().mean()


def fourier_l1(picture: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Return the mean absolute difference, real and imaginary parts added, of the orthonormal spectra of [N, C, H, W] pictures."""
    apart = torch.fft.rfft2(picture - target, norm="ortho")
    return (apart.real.abs() + apart.imag.abs()).mean()
