"""A JPEG file's coefficients are the encoder's, whatever its sampling; what can't be told is left out."""

import numpy as np
import pytest
from PIL import Image
from scipy.fft import dctn
from skimage import data

from paddle_dip.io.adapters import as_photo
from paddle_dip.io.images import read_photo
from paddle_dip.io.jpeg import JpegFile, read_coefficients
from paddle_dip.io.orientation import as_filed, upright

PHOTO = Image.fromarray(data.astronaut()[37:150, 60:261])  # sides that are no multiples of 8
ORIENTATION = 0x0112
YCBCR = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])  # of JFIF
STEPS = [16, 11, 10, 16, 24, 40, 51, 61]  # the first row of the luma table in Annex K of the JPEG standard, for quality 50


def coefficients(path):
    photo = read_photo(path)
    return read_coefficients(photo.jpeg, photo.pixels)


@pytest.mark.parametrize(
    ("picture", "subsampling", "shrink"), [(PHOTO, "4:4:4", 1), (PHOTO, "4:2:0", 2), (PHOTO.convert("L"), None, None)]
)
@pytest.mark.parametrize("progressive", [False, True])
def test_they_are_multiples_of_the_steps_near_the_saved_picture(tmp_path, picture, subsampling, shrink, progressive):
    path = tmp_path / "x.jpg"
    picture.save(path, quality=50, progressive=progressive, **({"subsampling": subsampling} if subsampling else {}))
    planes = coefficients(path).planes
    assert [plane.shrink for plane in planes] == [1, shrink, shrink][: len(planes)]
    np.testing.assert_array_equal(planes[0].steps[0], STEPS)
    saved = np.asarray(picture, float).reshape(*picture.size[::-1], -1)
    saved = saved @ YCBCR.T + [0, 128, 128] if len(planes) == 3 else saved
    for number, plane in enumerate(planes):
        assert (plane.coefficients % plane.steps == 0).all() and plane.known.mean() > 0.95
        rows, columns = (side // plane.shrink // 8 for side in saved.shape[:2])
        assert plane.coefficients.shape == (rows, columns, 8, 8)
        spans = plane.shrink
        wide = saved[: rows * 8 * spans, : columns * 8 * spans, number].astype(float)
        means = wide.reshape(rows, 8, spans, columns, 8, spans).mean(axis=(2, 5)) - 128
        true = dctn(means.swapaxes(1, 2), axes=(2, 3), norm="ortho")
        assert (np.abs(true - plane.coefficients)[plane.known] <= plane.steps / 2 + 1.5).all()


def test_a_plane_that_is_shrunk_otherwise_is_left_out(tmp_path):
    PHOTO.save(tmp_path / "x.jpg", quality=30, subsampling="4:2:2")
    luma, *colours = coefficients(tmp_path / "x.jpg").planes
    assert luma is not None and colours == [None, None]


def test_a_clipped_block_is_not_known(tmp_path):
    lines = np.full((64, 64), 255, np.uint8)
    lines[:, 3::8] = 0  # at quality 10 they ring far beyond white
    lines[:8] = 128
    Image.fromarray(lines).save(tmp_path / "x.jpg", quality=10)
    (plane,) = coefficients(tmp_path / "x.jpg").planes
    assert plane.known[0].all() and not plane.known.all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_known_by_its_file(tmp_path, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    PHOTO.save(tmp_path / "x.jpg", quality=50, exif=exif)
    PHOTO.save(tmp_path / "plain.jpg", quality=50)
    turned, plain = coefficients(tmp_path / "x.jpg"), coefficients(tmp_path / "plain.jpg")
    assert turned.orientation == orientation
    for mine, other in zip(turned.planes, plain.planes, strict=True):
        np.testing.assert_array_equal(mine.coefficients, other.coefficients)
    samples = np.arange(24).reshape(2, 4, 3)
    np.testing.assert_array_equal(as_filed(upright(samples, orientation), orientation), samples)


def test_none_of_what_is_no_such_file(tmp_path):
    PHOTO.save(tmp_path / "x.jpg", quality=50)
    photo = read_photo(tmp_path / "x.jpg")
    assert read_coefficients(photo.jpeg, photo.pixels * np.float32(0.9)) is None
    PHOTO.save(tmp_path / "x.jpg", quality=20)  # another one by now
    assert read_coefficients(photo.jpeg, photo.pixels) is None
    assert read_coefficients(JpegFile(tmp_path / "none.jpg"), photo.pixels) is None
    PHOTO.save(tmp_path / "x.png")
    assert read_photo(tmp_path / "x.png").jpeg is None
    PHOTO.convert("CMYK").save(tmp_path / "cmyk.jpg", quality=50)
    assert coefficients(tmp_path / "cmyk.jpg") is None
    PHOTO.save(tmp_path / "rgb.jpg", quality=50, keep_rgb=True)
    assert coefficients(tmp_path / "rgb.jpg") is None


def test_a_pillow_image_of_a_file_carries_it_and_an_array_none(tmp_path):
    PHOTO.save(tmp_path / "x.jpg", quality=50)
    with Image.open(tmp_path / "x.jpg") as image:
        photo = as_photo(image)
        assert read_coefficients(photo.jpeg, photo.pixels) is not None
        assert as_photo(np.asarray(image)).jpeg is None and as_photo(image.copy()).jpeg is None
        image.putpixel((0, 0), (1, 2, 3))  # no longer what the file holds
        changed = as_photo(image)
        assert read_coefficients(changed.jpeg, changed.pixels) is None
