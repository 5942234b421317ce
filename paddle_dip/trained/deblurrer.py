"""The Pix2Pix deblurrer: what it learns from, how it is judged, and its use on a photo of any size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import paddle
from paddle import nn

from paddle_dip.errors import InputError
from paddle_dip.io.images import Photo
from paddle_dip.problem.tiles import in_squares
from paddle_dip.report.grids import picture_sheet
from paddle_dip.trained.checkpoints import load_network, read_network
from paddle_dip.trained.datasets import Pairs, Skip, read_pair, usable
from paddle_dip.trained.devices import world
from paddle_dip.trained.engine import Training
from paddle_dip.trained.gradients import Losses, deblurring_gradients
from paddle_dip.trained.networks import Config, build_network
from paddle_dip.trained.problem.architectures import GeneratorConfig
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.pairs import Pair, PairSettings
from paddle_dip.trained.problem.presets import DeblurPreset
from paddle_dip.trained.problem.randomness import dropout_mask
from paddle_dip.trained.problem.refinement import corrected, turned_mean
from paddle_dip.trained.problem.scores import mean_scores, scores
from paddle_dip.trained.problem.sharpening import best_unsharp, unsharp
from paddle_dip.trained.runs import Assessment

_SHOWN = 3  # test pairs in an epoch's picture
_TUNED_ON = 16  # pairs that the unsharp mask is tuned on


def deblur_training(pairs: list[Pair], preset: DeblurPreset, *, seed: int, skip: Skip = None) -> Training:
    """Return what a deblurrer learns from pairs of one size. skip: see paddle_dip.trained.datasets.readable."""
    configs: dict[str, Config] = {"generator": preset.generator}
    if preset.adversarial:
        configs["discriminator"] = preset.discriminator
    networks = {name: build_network(config, seed=seed, number=n) for n, (name, config) in enumerate(configs.items())}
    generator, rank = networks["generator"], world()[0]

    def gradients(batch: list[paddle.Tensor], step: int) -> Losses:
        blurred, sharp = batch
        shapes = generator.mask_shapes(len(blurred), *blurred.shape[2:])
        rate = preset.generator.dropout
        masks = [paddle.to_tensor(dropout_mask(shape, rate, seed, step, n, rank)) for n, shape in enumerate(shapes)]
        return deblurring_gradients(generator, networks.get("discriminator"), blurred, sharp, masks, preset)

    def samples(epoch: int) -> Pairs:
        return Pairs(pairs, jitter=preset.jitter, seed=seed, epoch=epoch, skip=skip)

    return Training(networks, samples, gradients, preset, seed)


def deblurred(generator: nn.Layer, image: np.ndarray) -> np.ndarray:
    """Return what a generator makes of a picture, [3, H, W] in [0, 1], without dropout: the same shape and range."""
    with paddle.no_grad():
        output = generator(paddle.to_tensor((2 * image - 1).astype(np.float32)[None]))
    return (output[0].numpy() + 1) / 2


def assess_deblurrer(generator: nn.Layer, pairs: list[Pair]) -> Assessment:
    """Return the mean "psnr" (dB) and "ssim" over test pairs, and a sheet of the first ones: blurred, deblurred, sharp."""
    each: list[dict[str, float]] = []
    rows: list[dict[str, np.ndarray]] = []
    for blurred, sharp in map(read_pair, pairs):
        result = deblurred(generator, blurred)
        each.append(scores(result, sharp))
        if len(rows) < _SHOWN:
            rows.append({"blurred": blurred, f"deblurred, {each[-1]['psnr']:.2f} dB": result, "sharp": sharp})
    return Assessment(mean_scores(each), {"test": picture_sheet(rows)})


def baselines(train: list[Pair], test: list[Pair], *, skip: Skip = None) -> dict:
    """Return the mean scores over test pairs of the blurred pictures and of unsharp masking, tuned on up to 16 training pairs."""
    radius, amount = best_unsharp([read_pair(pair) for pair in usable(train[:_TUNED_ON], read_pair, skip)])
    pairs = map(read_pair, test)
    each = [(scores(blurred, sharp), scores(unsharp(blurred, radius, amount), sharp)) for blurred, sharp in pairs]
    return {
        "blurred": mean_scores([before for before, _ in each]),
        "unsharp": mean_scores([after for _, after in each]),
        "unsharp_radius": radius,
        "unsharp_amount": amount,
    }


def learnt_pairs(checkpoint: Path) -> PairSettings | None:
    """Return how the pairs that a checkpoint has learnt from were made, None where the run doesn't say."""
    made = read_network(checkpoint, "generator")[1]["settings"].get("pairs")
    return made and PairSettings(**made)


def load_deblurrer(checkpoint: Path) -> tuple[nn.Layer, int]:
    """Return the generator of a checkpoint or a run's folder and the size it was trained at; raises ValueError for another's."""
    generator, settings = load_network(checkpoint, "generator", GeneratorConfig)
    return generator, settings["size"]


def learnt_kernel(checkpoint: Path) -> np.ndarray:
    """Return the kernel of the blur that a checkpoint has learnt to undo; raises InputError where the run doesn't say."""
    made = learnt_pairs(checkpoint)
    if made is None:
        raise InputError(f"correct needs the blur, and {checkpoint} doesn't say it: its pairs aren't prepare-pairs'")
    return blur_kernel(made.blur, made.strength)


def deblur_photo(photo: Photo, generator: nn.Layer, size: int, *, turns: bool = False, kernel: np.ndarray | None = None) -> Photo:
    """Return a photo of any size deblurred in overlapping squares of the training's size; alpha, bits and profile stay.

    turns: take the mean over eight flips and turns, in eight times the time. kernel: the photo's blur, with which the result is
    made to agree. A grey photo is deblurred as three equal channels, whose mean is the result.
    """
    colour = np.broadcast_to(photo.pixels, (3, *photo.pixels.shape[1:]))

    def once(square: np.ndarray) -> np.ndarray:
        return deblurred(generator, square)

    sharp = in_squares(colour, size, (lambda square: turned_mean(once, square)) if turns else once).clip(0, 1)
    if kernel is not None:
        sharp = corrected(sharp, colour, kernel)
    return replace(photo, pixels=sharp if len(photo.pixels) == 3 else sharp.mean(axis=0, keepdims=True))
