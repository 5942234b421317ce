"""What the public functions refuse, and how they say it."""

import re

import numpy as np
import pytest

import paddle_dip as dip


@pytest.mark.parametrize(
    ("call_it", "words"),
    [
        (lambda image: dip.denoise(image, step=3), "step is no setting: the names are steps"),
        (lambda image: dip.denoise(image, steps=0), "steps must be at least 1"),
        (lambda image: dip.denoise(image, preset="slow"), "preset must be one of quick, fast, best, paper"),
        (lambda image: dip.denoise(image, sigma=0), "sigma must be above 0"),
        (lambda image: dip.denoise(image, seed=-1), "seed must be at least 0"),
        (lambda image: dip.denoise(image, dtype="int8"), "dtype must be one of float32, float64"),
        (lambda image: dip.denoise(image, max_memory=0), "max_memory must be at least 0.001"),
        (lambda image: dip.denoise(image[:3]), "each side must have at least 4"),
        (lambda image: dip.denoise(image.astype(float)), "must lie in"),
        (lambda image: dip.denoise([1, 2]), "image must be an array"),
        (lambda image: dip.denoise("none.png"), "none.png doesn't exist"),
        (lambda image: dip.super_resolve(image, 1), "factor must be a whole number"),
        (lambda image: dip.inpaint(image, np.zeros(image.shape[:2], bool)), "mask has no hole"),
        (lambda image: dip.inpaint(image, np.ones((5, 5), bool)), "mask is 5x5 pixels"),
        (lambda image: dip.inpaint(image, None), "mask must be an array"),
        (lambda image: dip.inpaint(image, "missing.png"), "mask file missing.png"),
        (lambda image: dip.flash_no_flash(image, image[:-1]), "the flash photo is 31x36 pixels"),
        (
            lambda image: dip.flash_no_flash(image, image[..., 0]),
            "the flash photo must have 3 channels, as network.input_depth says",
        ),
        (lambda image: dip.remove_object(image, image[..., 0], "runs/x", steps=3), "steps is for the Deep Image Prior"),
        (lambda image: dip.remove_object(image, image[..., 0], "runs/x", seed=3), "seed is for the Deep Image Prior"),
        (lambda image: dip.deblur(image, "runs/none"), "checkpoint runs/none doesn't exist"),
        (lambda image: dip.super_resolve(image, 2.0), "factor must be a whole number, not 2.0"),
        (lambda image: dip.super_resolve(image, None), "factor must be a whole number, not None"),
        (lambda image: dip.super_resolve(image, float("nan")), "factor must be a whole number, not nan"),
        (lambda image: dip.super_resolve(image, "4"), "factor must be a whole number, not '4'"),
        (lambda image: dip.super_resolve(image, 4.0, preset=dip.preset("super-resolve")), "factor must be a whole number, not 4.0"),
        (lambda image: dip.denoise(image, seed=1.0), "seed must be a whole number, not 1.0"),
        (lambda image: dip.denoise(image, seed="a"), "seed must be a whole number, not 'a'"),
        (lambda image: dip.denoise(image, seed=None), "seed must be a whole number, not None"),
        (lambda image: dip.denoise(image, sigma="a"), "sigma must be a number, not 'a'"),
        (lambda image: dip.denoise(image, max_memory="a"), "max_memory must be a number, not 'a'"),
        (lambda image: dip.denoise(image, on_step=3), "on_step must be a function, not 3"),
        (lambda image: dip.denoise(image, members=10**9), "members must be between 1 and 1000"),
        (
            lambda image: dip.denoise(image, preset=dip.preset("inpaint")),
            "preset fast is for inpaint: denoise needs one of its own",
        ),
        (lambda image: dip.denoise("x" * 5000), "xxx doesn't exist"),
        (lambda image: dip.denoise(np.ma.array(image)), "image must be an array"),
        (lambda image: dip.denoise(np.matrix(image[..., 0])), "not matrix"),
        (lambda image: dip.inpaint(image, np.ma.array(image[..., 0] > 99)), "not MaskedArray"),
        (lambda image: dip.deblur(image, None), "checkpoint must be a path, not None"),
        (lambda image: dip.deblur(image, 3), "checkpoint must be a path, not 3"),
        (lambda image: dip.deblur(image, "x" * 5000), "xxx doesn't exist"),
        (lambda image: dip.remove_object(image, image[..., 0], 3), "checkpoint must be a path, not 3"),
        (lambda image: dip.preset("paint"), "task must be one of super-resolve, denoise"),
        (lambda image: dip.psnr_y(image[:9], image[:9]), "at least 10 pixels"),
        (lambda image: dip.psnr_y(image, image[:, 1:]), "must have one shape"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(call_it, words, image):
    with pytest.raises(dip.InputError, match=re.escape(words)):
        call_it(image)
