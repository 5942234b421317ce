"""The methods, each from a case to a picture, float [3, H, W] in [0, 1]."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from paddle_dip.evaluation.comparison.cases import Blur, ComparisonCase, practice_cases
from paddle_dip.io.images import Photo
from paddle_dip.problem.baselines import biharmonic_filled, mean_filled, wiener_sharpened
from paddle_dip.problem.convolution import KernelBlur
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import Problem, denoising, inpainting
from paddle_dip.runs.restore import restore
from paddle_dip.trained.problem.blurs import blur_kernel
from paddle_dip.trained.problem.refinement import corrected
from paddle_dip.trained.problem.sharpening import best_balance, best_unsharp, unsharp

Method = Callable[[ComparisonCase], np.ndarray]
PRIOR, NETWORK, CORRECTED = "Deep Image Prior", "trained network", "blurred, corrected"


def filling_methods(*, steps: int | None, seed: int, fit: Callable) -> dict[str, Method]:
    """Return what fills holes without having learnt; steps of the Deep Image Prior: None is the preset's, 0 leaves it out."""
    methods = {
        "mean colour": lambda case: mean_filled(case.damaged, case.hole),
        "biharmonic": lambda case: biharmonic_filled(case.damaged, case.hole),
    }
    preset = prior_preset("inpaint", steps)
    if preset is not None:
        methods[PRIOR] = lambda case: restore(inpainting(case.damaged, case.hole, preset), preset, fit=fit, seed=seed)
    return methods


@dataclass(frozen=True)
class Tuned:
    """The settings of the simple methods that suit a blur: of the unsharp mask, and of Wiener's filter."""

    radius: float
    amount: float
    balance: float


def tuned(blur: Blur) -> Tuned:
    """Return the settings that do best on scikit-image's photos under the same blur."""
    pairs = [(case.damaged, case.truth) for case in practice_cases(blur)]
    return Tuned(*best_unsharp(pairs), best_balance(pairs, blur_kernel(blur.name, blur.strength)))


def sharpening_methods(blur: Blur, best: Tuned, *, steps: int | None, seed: int, fit: Callable) -> dict[str, Method]:
    """Return what sharpens without having learnt. Wiener and the Deep Image Prior know the blur."""
    kernel = blur_kernel(blur.name, blur.strength)
    methods = {
        "blurred": lambda case: case.damaged,
        "unsharp mask": lambda case: unsharp(case.damaged, best.radius, best.amount),
        "Wiener": lambda case: wiener_sharpened(case.damaged, kernel, best.balance),
        CORRECTED: lambda case: corrected(case.damaged, case.damaged, kernel),  # what the correction does without a network
    }
    preset = prior_preset("denoise", steps)
    if preset is not None:
        methods[PRIOR] = lambda case: restore(deblurring(case.damaged, blur, preset), preset, fit=fit, seed=seed)
    return methods


def notes(task: str, blur: Blur, names: list[str], best: Tuned | None) -> list[str]:
    """Return, in sentences, what a reader must know of the methods that don't learn. best: of the task blur."""
    told = ["PSNR in dB over all channels of the whole picture, SSIM of luma, in 8 bits; seconds of one call, nothing warmed up."]
    if best is not None:
        told.append(f"The blur is a {blur.name} of {blur.strength:g} pixels, and Wiener's filter knows it.")
        told.append(
            f"Tuned on scikit-image's photos under that blur: the unsharp mask (radius {best.radius:g}, amount {best.amount:g}), "
            f"and Wiener's filter (balance {best.balance:g})."
        )
    if PRIOR in names:
        told.append(
            "The Deep Image Prior is the preset fast" + (" of denoise, and knows the blur." if task == "blur" else " of inpaint.")
        )
    else:
        told.append("The Deep Image Prior is left out, as asked for.")
    return told


def prior_preset(task: str, steps: int | None) -> Preset | None:
    """Return the preset `fast` of a task with so many steps; None: its own; no preset for 0 steps."""
    preset = task_preset(task, "fast")
    if steps is None:
        return preset
    return replace(preset, steps=steps) if steps else None


def deblurring(blurred: np.ndarray, blur: Blur, preset: Preset) -> Problem:
    """Return the problem of undoing a known blur of a picture, float32 [C, H, W] in [0, 1]."""
    return replace(denoising(blurred, preset), operator=KernelBlur(blur_kernel(blur.name, blur.strength)))


def learnt_note(checkpoint: Path) -> str:
    """Return, in a sentence, which blur the network of a checkpoint of `train deblur` has learnt to undo."""
    from paddle_dip.trained.deblurrer import learnt_pairs

    made = learnt_pairs(checkpoint)
    if made is None:
        return "The checkpoint doesn't say which blur the trained network has learnt to undo."
    return (
        f"The trained network has learnt to undo a {made.blur} of {made.strength:g} pixels in pictures of {made.size}x{made.size}."
    )


def trained_filling(checkpoint: Path) -> Method:
    """Return the method of a checkpoint of `train removal`."""
    from paddle_dip.trained.remover import load_filler, remove_object

    filler, size = load_filler(checkpoint)

    def fill(case: ComparisonCase) -> np.ndarray:
        assert case.hole is not None  # the method is for holes
        return remove_object(Photo(case.damaged), case.hole, filler, size).pixels

    return fill


def trained_sharpening(checkpoint: Path) -> dict[str, Method]:
    """Return the methods of a checkpoint of `train deblur`: the network alone, over turns, and, its blur known, corrected too."""
    from paddle_dip.trained.deblurrer import deblur_photo, learnt_kernel, learnt_pairs, load_deblurrer

    generator, size = load_deblurrer(checkpoint)

    def method(**how) -> Method:
        return lambda case: deblur_photo(Photo(case.damaged), generator, size, **how).pixels

    methods = {NETWORK: method(), f"{NETWORK}, turns": method(turns=True)}
    if learnt_pairs(checkpoint):
        methods[f"{NETWORK}, turns, corrected"] = method(turns=True, kernel=learnt_kernel(checkpoint))
    return methods
