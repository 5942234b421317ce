"""The autoencoders: what they learn from, how they are judged, and their use."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import paddle
from paddle import nn
from paddle.io import Dataset

from paddle_dip.problem.baselines import biharmonic_filled, mean_filled
from paddle_dip.problem.metrics import luma
from paddle_dip.report.grids import picture_sheet
from paddle_dip.trained.checkpoints import loaded, read_network
from paddle_dip.trained.engine import Training
from paddle_dip.trained.gradients import Losses, autoencoder_gradients
from paddle_dip.trained.loading import batches
from paddle_dip.trained.networks import build_network
from paddle_dip.trained.problem.architectures import DigitAutoencoderConfig, PhotoAutoencoderConfig
from paddle_dip.trained.problem.presets import AutoencoderPreset
from paddle_dip.trained.problem.scores import hole_scores, mean_scores, scores
from paddle_dip.trained.problem.square_crops import read_square, resized
from paddle_dip.trained.runs import Assessment

DIGIT_SIZE = 28
_SHOWN = 4  # pictures in an epoch's sheet
_SHOWN_SIDE = 112  # pixels that a digit is enlarged to there
_CONFIGS = {"digits": DigitAutoencoderConfig, "photos": PhotoAutoencoderConfig}


def autoencoder_training(preset: AutoencoderPreset, samples: Callable[[int], Dataset], *, seed: int) -> Training:
    """Return what an autoencoder learns. samples: from an epoch to a data set of (damaged, clean, hole)."""
    network = build_network(preset.network, seed=seed)

    def gradients(batch: list[paddle.Tensor], step: int) -> Losses:
        damaged, clean, _ = batch
        return autoencoder_gradients(network, damaged, clean)

    return Training({"autoencoder": network}, samples, gradients, preset, seed)


def restored(network: nn.Layer, pictures: np.ndarray) -> np.ndarray:
    """Return what an autoencoder makes of pictures, [N, C, H, W] in [0, 1], by its running statistics; leaves it in train mode."""
    return _in_use(network, network, pictures)


def encoded(network: nn.Layer, pictures: np.ndarray) -> np.ndarray:
    """Return the latent vectors, [N, latent], of pictures, [N, C, H, W] in [0, 1], with the running statistics."""
    return _in_use(network, network.encode, pictures)


def _in_use(network: nn.Layer, work: Callable, pictures: np.ndarray) -> np.ndarray:
    network.eval()
    with paddle.no_grad():
        output = work(paddle.to_tensor(pictures.astype(np.float32))).numpy()
    network.train()
    return output


def assess_autoencoder(network: nn.Layer, samples: Dataset, *, batch: int) -> Assessment:
    """Return the mean "psnr" (dB) and "ssim" over samples of (damaged, clean, hole), both before ("damaged_psnr", ...) and after.

    Where they have holes, the figures of paddle_dip.trained.problem.scores.hole_scores too. And a sheet of the first ones: damaged,
    reconstructed, clean.
    """
    each: list[dict[str, float]] = []
    rows: list[dict[str, np.ndarray]] = []
    order = [list(range(first, min(first + batch, len(samples)))) for first in range(0, len(samples), batch)]
    for read in batches(samples, order):
        damaged, clean, holes = (part.numpy() for part in read)
        for one, result, truth, hole in zip(damaged, restored(network, damaged), clean, holes, strict=True):
            before = {f"damaged_{name}": value for name, value in scores(one, truth).items()}
            each.append(scores(result, truth) | before | (hole_scores(result, truth, hole) if hole.any() else {}))
            if len(rows) < _SHOWN:
                rows.append({"input": enlarged(one), "output": enlarged(result), "clean": enlarged(truth)})
    return Assessment(mean_scores(each), {"test": picture_sheet(rows)})


def filling_baselines(samples: Dataset) -> dict[str, dict[str, float]]:
    """Return the mean "hole_l1" over samples of (damaged, clean, hole) of what fills holes without having learnt, by name.

    No PSNR: it is infinite where a hole lies in the black around a digit and is filled with black.
    """
    ways = {"left black": lambda damaged, hole: damaged, "mean colour": mean_filled, "biharmonic": biharmonic_filled}
    each: dict[str, list[float]] = {name: [] for name in ways}
    for damaged, clean, hole in (samples[index] for index in range(len(samples))):
        for name, fill in ways.items():
            each[name].append(hole_scores(fill(damaged, hole), clean, hole)["hole_l1"])
    return {name: {"hole_l1": float(np.mean(found))} for name, found in each.items()}


def load_autoencoder(checkpoint: Path) -> nn.Layer:
    """Return the network of a checkpoint or of a run's folder; raises ValueError for another training's."""
    weights, notes = read_network(checkpoint, "autoencoder")
    return loaded(_CONFIGS[notes["settings"]["task"]](**notes["settings"]["network"]), weights)


def read_for(network: nn.Layer, photo: Path) -> np.ndarray:
    """Return the middle square of a photo as a network takes it, float32 [C, size, size] in [0, 1]."""
    square = read_square(photo)
    if isinstance(network.config, PhotoAutoencoderConfig):
        return resized(square, network.config.size).astype(np.float32)
    white, black = luma(np.ones((3, 1, 1))), luma(np.zeros((3, 1, 1)))
    return resized(((luma(square) - black) / (white - black))[None], DIGIT_SIZE).astype(np.float32)


def enlarged(picture: np.ndarray) -> np.ndarray:
    """Return a picture, [C, H, W], its pixels repeated until a digit can be seen."""
    times = max(_SHOWN_SIDE // picture.shape[1], 1)
    return picture.repeat(times, axis=1).repeat(times, axis=2)
