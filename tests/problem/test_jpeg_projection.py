"""Brought back to what the file allows: nearer to the truth, and a truth stays where it is."""

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.restoration import denoise_tv_chambolle

from paddle_dip.io.images import read_photo
from paddle_dip.io.jpeg import read_coefficients
from paddle_dip.problem import jpeg_projection
from paddle_dip.problem.jpeg_projection import projected
from paddle_dip.problem.metrics import psnr

ORIENTATION = 0x0112
CUTS = {
    "astronaut": data.astronaut()[37:350, 60:261],
    "coffee": data.coffee()[100:299, 100:303],
    "cat": data.chelsea()[:141, :250],
}


def saved(tmp_path, pixels, quality, orientation=1, **how):
    """Return the truth, what its file shows and what that holds."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(tmp_path / "x.jpg", quality=quality, exif=exif, **how)
    photo = read_photo(tmp_path / "x.jpg")
    return photo.pixels, read_coefficients(photo.jpeg, photo.pixels)


def planes(pixels):
    return pixels.transpose(2, 0, 1) / 255


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("quality", [10, 30, 75])
@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0", "4:2:2"])
def test_a_smoothed_file_comes_nearer_to_the_truth(tmp_path, name, quality, subsampling):
    truth = planes(CUTS[name])
    shown, file = saved(tmp_path, CUTS[name], quality, subsampling=subsampling)
    smooth = denoise_tv_chambolle(shown, weight={10: 0.06, 30: 0.03, 75: 0.01}[quality], channel_axis=0)
    safe, narrowed = (psnr(projected(smooth, file, share), truth) for share in (1.0, 0.5))
    assert safe > psnr(smooth, truth) + 0.03  # dB; 0.05 to 0.5
    assert narrowed > safe
    assert narrowed > psnr(shown, truth) + 0.1


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:0"])
def test_it_is_a_projection(tmp_path, subsampling):
    """The truth is a fixed point; twice is once; in no plane is the result farther from the truth than what was given."""
    pixels = (CUTS["cat"] * 0.6 + 50).astype(np.uint8)  # away from black and white, where the result is clipped
    shown, file = saved(tmp_path, pixels, 20, subsampling=subsampling)
    truth = planes(pixels)
    np.testing.assert_allclose(projected(truth, file, 1.0), truth, atol=1 / 255)
    given = (truth + np.random.default_rng(0).normal(0, 0.08, truth.shape)).clip(0.1, 0.9)
    result = projected(given, file, 1.0)
    assert np.abs(result - given).max() > 0.05
    np.testing.assert_allclose(projected(result, file, 1.0), result, atol=1e-9)
    colours = jpeg_projection._TO_YCBCR
    before, after = (np.einsum("ij,jhw->ihw", colours, image - truth) for image in (given, result))
    assert ((after**2).sum(axis=(1, 2)) < (before**2).sum(axis=(1, 2))).all()
    np.testing.assert_allclose(projected(shown.astype(float), file), shown, atol=1.5 / 255)  # the file allows itself


def test_grey(tmp_path):
    grey = data.camera()[100:245, 150:271]
    shown, file = saved(tmp_path, grey, 10)
    smooth = denoise_tv_chambolle(shown, weight=0.06, channel_axis=0)
    result = projected(smooth, file)
    assert result.shape == (1, 145, 121) and psnr(result, grey[None] / 255) > psnr(smooth, grey[None] / 255) + 0.1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_brought_back_like_one_that_is_not(tmp_path, orientation):
    pixels = CUTS["coffee"]
    plain, file = saved(tmp_path, pixels, 20)
    turned, turned_file = saved(tmp_path, pixels, 20, orientation)
    expected = projected(plain * 0.9, file)
    found = projected(turned * 0.9, turned_file)
    assert found.shape == turned.shape
    np.testing.assert_allclose(np.sort(found.ravel()), np.sort(expected.ravel()), atol=1e-6)
    if orientation == 6:  # a quarter turn clockwise
        np.testing.assert_allclose(found, np.rot90(expected, -1, axes=(1, 2)), atol=1e-6)


def test_bands_change_nothing(tmp_path, monkeypatch):
    shown, file = saved(tmp_path, CUTS["astronaut"], 10)
    whole = projected(shown * 0.8, file)
    monkeypatch.setattr(jpeg_projection, "_BAND", 32)
    np.testing.assert_array_equal(projected(shown * 0.8, file), whole)


def test_what_the_edge_cuts_stays(tmp_path):
    shown, file = saved(tmp_path, CUTS["coffee"], 10, subsampling="4:4:4")  # 199x203
    given = shown * np.float32(0.5)
    result = projected(given, file)
    np.testing.assert_array_equal(result[:, 192:], given[:, 192:])
    assert np.abs(result[:, :192, :200] - given[:, :192, :200]).max() > 0.1
