"""Object removal: what it learns from, how it is judged, and its use on a photo of any size."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import paddle
from paddle import nn

from paddle_dip.io.images import Photo
from paddle_dip.report.grids import picture_sheet
from paddle_dip.trained.checkpoints import load_network
from paddle_dip.trained.datasets import Holed, Skip
from paddle_dip.trained.devices import world
from paddle_dip.trained.engine import Training
from paddle_dip.trained.gradients import Losses, filling_gradients
from paddle_dip.trained.networks import Config, build_network
from paddle_dip.trained.problem.architectures import FillerConfig
from paddle_dip.trained.problem.randomness import generator
from paddle_dip.trained.problem.removal_presets import RemovalPreset
from paddle_dip.trained.problem.residuals import fill_photo
from paddle_dip.trained.problem.scores import hole_scores, mean_scores, scores
from paddle_dip.trained.runs import Assessment

_SHOWN = 4  # test photos in an epoch's picture


def removal_training(files: list[Path], preset: RemovalPreset, *, seed: int, skip: Skip = None) -> Training:
    """Return what object removal learns from photos. skip: see paddle_dip.trained.datasets.readable."""
    configs: dict[str, Config] = {"filler": preset.filler, "critic": preset.critic}
    networks = {name: build_network(config, seed=seed, number=n) for n, (name, config) in enumerate(configs.items())}
    rank = world()[0]

    def gradients(batch: list[paddle.Tensor], step: int) -> Losses:
        picture, hole = batch
        shares = paddle.to_tensor(generator(seed, "mix", step, rank).random((len(picture), 1, 1, 1), dtype=np.float32))
        filler, critic, update_filler = networks["filler"], networks["critic"], step % preset.critic_steps == 0
        return filling_gradients(filler, critic, picture, hole, shares, preset, update_filler=update_filler)

    def samples(epoch: int) -> Holed:
        place = None if preset.fixed else epoch
        return Holed(files, preset.size, views=preset.views, seed=seed, epoch=place, skip=skip)

    return Training(networks, samples, gradients, preset, seed)


def filled(filler: nn.Layer, picture: np.ndarray, hole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a filler makes of a picture, [3, H, W] in [0, 1], outside the hole too, and its attention, [K, K].

    hole: [1, H, W], 1 where it is. H and W: multiples of 16; see paddle_dip.trained.networks.removal.Filler.
    """
    signed = ((2 * picture - 1) * (1 - hole)).astype(np.float32)
    with paddle.no_grad():
        _, output, attention = filler(paddle.to_tensor(signed[None]), paddle.to_tensor(hole[None].astype(np.float32)))
    return (output[0].numpy() + 1) / 2, attention[0].numpy()


def assess_filler(filler: nn.Layer, samples: Holed) -> Assessment:
    """Return what a filler makes of test photos, and a sheet of the first ones: with the hole, filled, whole.

    Figures: the means of paddle_dip.trained.problem.scores' `scores` and `hole_scores` of the patched photos.
    """
    each: list[dict[str, float]] = []
    rows: list[dict[str, np.ndarray]] = []
    for picture, hole in _pairs(samples):
        fill, _ = filled(filler, picture, hole)
        patched = np.where(hole > 0, fill, picture)
        each.append(scores(patched, picture) | hole_scores(patched, picture, hole))
        if len(rows) < _SHOWN:
            rows.append({"hole": picture * (1 - hole), f"filled, {each[-1]['psnr']:.2f} dB": patched, "photo": picture})
    return Assessment(mean_scores(each), {"test": picture_sheet(rows)})


def load_filler(checkpoint: Path) -> tuple[nn.Layer, int]:
    """Return the filler of a checkpoint or a run's folder and the size it was trained at; raises ValueError for another's."""
    filler, settings = load_network(checkpoint, "filler", FillerConfig)
    return filler, settings["critic"]["size"]


def remove_object(photo: Photo, mask: np.ndarray, filler: nn.Layer, size: int) -> Photo:
    """Return a photo of any size filled where a mask, [1, H, W] in [0, 1], says and by as much; alpha, bits and profile stay.

    size: the filler's training's. A grey photo is filled as three equal channels, whose mean is the result.
    """
    colour = np.broadcast_to(photo.pixels, (3, *photo.pixels.shape[1:]))
    result = fill_photo(colour, mask, size, partial(filled, filler))
    return replace(photo, pixels=result if len(photo.pixels) == 3 else result.mean(axis=0, keepdims=True))


def _pairs(samples: Holed) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for index in range(len(samples)):
        picture, hole = samples[index]
        yield (picture + 1) / 2, hole
