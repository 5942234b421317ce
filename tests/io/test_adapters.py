"""An image comes back as the kind it was given as, with the same values; what can't be one is refused in one line."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.adapters import as_mask, as_photo, like
from paddle_dip.io.images import read_photo, write_photo
from paddle_dip.io.photo import Photo

RANDOM = np.random.default_rng(0)
SHAPES = ((7, 5), (7, 5, 1), (7, 5, 3), (7, 5, 4))


def array(shape, dtype):
    if np.dtype(dtype).kind == "f":
        return RANDOM.random(shape).astype(np.float32).astype(dtype)
    return RANDOM.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64", ">u2", ">f4"])
@pytest.mark.parametrize("shape", SHAPES)
def test_arrays_come_back_as_they_were(shape, dtype):
    given = array(shape, dtype)
    photo = as_photo(given)
    assert photo.pixels.dtype == np.float32 and photo.pixels.shape == (3 if shape[2:] in ((3,), (4,)) else 1, 7, 5)
    assert (photo.alpha is not None) == (shape[2:] == (4,))
    back = like(photo, given)
    assert back.dtype == given.dtype
    np.testing.assert_array_equal(back, given)


def test_a_result_may_be_larger_than_its_original():
    photo = Photo(np.full((3, 14, 10), 0.5, np.float32))
    back = like(photo, array((7, 5, 3), "uint16"))
    assert back.shape == (14, 10, 3) and back.dtype == np.uint16 and (back == 32768).all()
    assert like(photo, Image.new("RGB", (5, 7))).size == (10, 14)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4), np.int32), "int32"),
        (np.zeros((4, 4), bool), "booleans are for masks"),
        (np.zeros((4, 4), np.complex64), "complex64"),
        (np.zeros((4, 4), np.float16), "float16"),
        (np.zeros((4, 4, 2), np.uint8), r"shape \(4, 4, 2\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), r"shape \(1, 4, 4, 3\)"),
        (np.zeros(4, np.uint8), r"shape \(4,\)"),
        (np.zeros((0, 4), np.uint8), r"shape \(0, 4\)"),
        (np.full((4, 4), 1.5), r"\[0, 1\], not in \[1.5, 1.5\]"),
        (np.full((4, 4), -0.1), "must lie"),
        (np.full((4, 4), np.nan), "finite"),
        (np.full((4, 4), np.inf), "finite"),
        (Image.new("HSV", (4, 4)), "HSV"),
        ([[1, 2]], "not list"),
        (None, "not NoneType"),
        ("nowhere.png", "doesn't exist"),
    ],
)
def test_what_is_no_image_is_refused(image, words):
    with pytest.raises(InputError, match=words):
        as_photo(image)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16", "F"])
def test_pillow_images_come_back_as_they_were(mode):
    samples = array((7, 5, {"LA": 2, "RGB": 3, "RGBA": 4}.get(mode, 1)), {"I;16": "uint16", "F": "float32"}.get(mode, "uint8"))
    given = Image.fromarray(samples[..., 0] if samples.shape[2] == 1 else samples)
    given.info.update(icc_profile=b"profile", dpi=(300, 300))
    assert given.mode == mode
    back = like(as_photo(given), given)
    assert back.mode == mode and back.info == given.info
    np.testing.assert_array_equal(np.asarray(back), np.asarray(given))


@pytest.mark.parametrize(("mode", "becomes"), [("P", "RGB"), ("PA", "RGBA"), ("1", "L"), ("CMYK", "RGB")])
def test_other_pillow_modes_become_the_nearest(mode, becomes):
    given = Image.fromarray(array((7, 5, 3), "uint8")).convert("P" if mode == "PA" else mode)
    if mode == "PA":
        given = given.convert("PA")
    back = like(as_photo(given), given)
    assert back.mode == becomes
    np.testing.assert_array_equal(np.asarray(back), np.asarray(given.convert(becomes)))


def test_a_palette_with_a_transparent_colour_becomes_rgba():
    given = Image.fromarray(array((7, 5), "uint8")).convert("P")
    given.info["transparency"] = 0
    back = like(as_photo(given), given)
    assert back.mode == "RGBA" and "transparency" not in back.info


def test_a_damaged_pillow_image_is_refused():
    buffer = io.BytesIO()
    Image.fromarray(array((64, 64, 3), "uint8")).save(buffer, "PNG")
    with pytest.raises(InputError, match="damaged"):
        as_photo(Image.open(io.BytesIO(buffer.getvalue()[:3000])))


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_a_path_gives_a_pillow_image(tmp_path, kind):
    given = Image.fromarray(array((7, 5, 3), "uint8"))
    given.save(tmp_path / "x.png", icc_profile=b"profile")
    path = kind(tmp_path / "x.png")
    back = like(as_photo(path), path)
    assert back.mode == "RGB" and back.info["icc_profile"] == b"profile"
    np.testing.assert_array_equal(np.asarray(back), np.asarray(given))


def test_sixteen_bits_of_a_path_are_kept_where_pillow_has_a_mode(tmp_path):
    grey, colour = (Photo(RANDOM.random((channels, 7, 5)).astype(np.float32), bits=16) for channels in (1, 3))
    write_photo(tmp_path / "grey.png", grey)
    write_photo(tmp_path / "colour.png", colour)
    assert like(as_photo(tmp_path / "grey.png"), tmp_path / "grey.png").mode == "I;16"
    with pytest.warns(UserWarning, match="16 bits"):
        assert like(as_photo(tmp_path / "colour.png"), tmp_path / "colour.png").mode == "RGB"


def test_a_float_file_keeps_its_range(tmp_path):
    samples = np.linspace(-3, 1000, 35, dtype=np.float32).reshape(7, 5)
    tifffile.imwrite(tmp_path / "x.tif", samples)
    photo = as_photo(tmp_path / "x.tif")
    assert photo.pixels.min() == 0 and photo.pixels.max() == 1 and "-3 to 1000" in photo.notes[0]
    np.testing.assert_allclose(np.asarray(like(photo, tmp_path / "x.tif")), samples, rtol=0, atol=1e-4)


HOLE = np.zeros((7, 5), bool)
HOLE[2:4, 1:3] = True


@pytest.mark.parametrize(
    "mask",
    [
        HOLE,
        HOLE.astype(np.uint8),
        HOLE.astype(np.int64),
        HOLE[..., None],
        HOLE * np.uint8(255),
        HOLE * np.uint16(65535),
        HOLE.astype(np.float64),
        np.repeat(HOLE[..., None], 3, axis=2) * np.uint8(255),
        Image.fromarray(HOLE),
        Image.fromarray(HOLE * np.uint8(255)),
        Image.fromarray(HOLE * np.uint8(255)).convert("RGB"),
        Image.fromarray(np.dstack([np.full((7, 5), 255, np.uint8)] * 3 + [HOLE * np.uint8(255)])),
    ],
)
def test_every_kind_of_mask_marks_the_same(mask):
    marks = as_mask(mask)
    assert marks.dtype == np.float32 and marks.shape == (1, 7, 5)
    np.testing.assert_array_equal(marks[0], HOLE)


def test_a_mask_may_be_soft_or_black_or_a_file(tmp_path):
    soft = np.linspace(0, 1, 35, dtype=np.float32).reshape(7, 5)
    np.testing.assert_array_equal(as_mask(soft)[0], soft)
    np.testing.assert_array_equal(as_mask(~HOLE, "black")[0], HOLE)
    Image.fromarray(HOLE).save(tmp_path / "mask.png")
    np.testing.assert_array_equal(as_mask(tmp_path / "mask.png")[0], HOLE)


def test_a_pillow_mask_from_a_lossy_file_is_hard(tmp_path):
    large = np.kron(HOLE, np.ones((8, 8), bool))
    for name, settings in (("x.jpg", {"quality": 40}), ("x.webp", {"quality": 40})):
        Image.fromarray(large * np.uint8(255)).save(tmp_path / name, **settings)
        with Image.open(tmp_path / name) as image:
            assert set(np.unique(as_mask(image))) == {0, 1}


@pytest.mark.parametrize("mode", ["I;16", "I"])
def test_deep_grey_with_a_transparent_value_keeps_its_bits(tmp_path, mode):
    samples = np.array([[0, 300, 40000], [300, 65535, 1]], np.uint16)
    Image.fromarray(samples).save(tmp_path / "x.png", transparency=300)
    with Image.open(tmp_path / "x.png") as opened:
        image = opened.convert(mode)
        image.info = opened.info
        given, read = as_photo(image), read_photo(tmp_path / "x.png")
    assert given.bits == read.bits == 16
    np.testing.assert_array_equal((given.pixels[0] * 65535).round(), samples)
    for photo in (given, read):
        np.testing.assert_array_equal(photo.alpha, samples != 300)
    np.testing.assert_array_equal(given.pixels, read.pixels)


@pytest.mark.parametrize("mask", [HOLE * np.uint8(2), HOLE * np.uint16(255), HOLE * 0.001, Image.fromarray(HOLE * np.uint8(1))])
def test_an_array_of_two_values_marks_as_its_file_would(mask):
    with pytest.warns(UserWarning, match="mask holds the values 0 and .*: taken as unmarked and marked"):
        np.testing.assert_array_equal(as_mask(mask)[0], HOLE)


@pytest.mark.parametrize("mask", [np.zeros((4, 4, 2), bool), np.full((4, 4), np.nan), "nowhere.png", np.full((4, 4), 2, np.int64)])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(InputError):
        as_mask(mask)
