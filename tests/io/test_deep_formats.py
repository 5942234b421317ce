"""Floating-point pictures keep their values and range; a kind of TIFF that isn't supported is named."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.images import check_writable, read_photo, read_size, write_photo
from paddle_dip.io.photo import FLOAT, Photo, pixels_on_scale

RANDOM = np.random.default_rng(0)


def save(path, samples, **settings):
    shown = "rgb" if samples.ndim == 3 and samples.shape[-1] > 2 else "minisblack"
    tifffile.imwrite(path, samples, **{"photometric": shown, **settings})
    return path


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3), (7, 5, 4)])
def test_floats_in_the_unit_range_keep_their_bits(tmp_path, shape, byteorder):
    samples = RANDOM.random(shape).astype(np.float32)
    extra = {"extrasamples": ["unassalpha"]} if shape[2:] == (4,) else {}
    photo = read_photo(save(tmp_path / "x.tif", samples, byteorder=byteorder, **extra))
    assert (photo.bits, photo.scale, photo.notes) == (FLOAT, (0, 1), ()) and photo.pixels.dtype == np.float32
    write_photo(tmp_path / "y.tif", photo)
    with tifffile.TiffFile(tmp_path / "y.tif") as file:
        back = file.pages[0].asarray()
    assert back.dtype == np.float32
    np.testing.assert_array_equal(back, samples)
    np.testing.assert_array_equal(read_photo(tmp_path / "y.tif").pixels, photo.pixels)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3)])
def test_another_range_is_said_and_written_back(tmp_path, shape, dtype):
    samples = (RANDOM.random(shape) * 4000 - 100).astype(dtype)
    photo = read_photo(save(tmp_path / "x.tif", samples))
    assert photo.pixels.min() == 0 and photo.pixels.max() == 1
    assert len(photo.notes) == 1 and f"{samples.min():g} to {samples.max():g}" in photo.notes[0]
    write_photo(tmp_path / "y.tif", photo)
    back = tifffile.imread(tmp_path / "y.tif")
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, samples.astype(np.float32), rtol=0, atol=1e-3)
    assert (back.min(), back.max()) == (np.float32(samples.min()), np.float32(samples.max()))


def test_two_pictures_of_floats_are_compared_on_one_scale(tmp_path):
    truth = RANDOM.random((7, 5)) * 1000
    photo, other = (read_photo(save(tmp_path / "x.tif", each.astype(np.float32))) for each in (truth / 2 - 7, truth))
    np.testing.assert_allclose(
        pixels_on_scale(other, photo) * (photo.scale[1] - photo.scale[0]) + photo.scale[0], truth[None], atol=1e-3
    )
    assert pixels_on_scale(photo, Photo(photo.pixels)) is photo.pixels


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(tmp_path, value):
    samples = RANDOM.random((7, 5)).astype(np.float32)
    samples[3, 2] = value
    with pytest.raises(InputError, match="x.tif holds values that aren't finite"):
        read_photo(save(tmp_path / "x.tif", samples))


def test_one_value_everywhere_has_a_range_in_the_unit_range_only(tmp_path):
    assert (read_photo(save(tmp_path / "x.tif", np.full((7, 5), 0.25, np.float32))).pixels == 0.25).all()
    with pytest.raises(InputError, match="the one value 7 everywhere"):
        read_photo(save(tmp_path / "x.tif", np.full((7, 5), 7, np.float32)))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_floats_are_written_as_tiff_only(suffix):
    with pytest.raises(InputError, match=r"one of .tif, .tiff, not"):
        check_writable(f"x{suffix}", Photo(np.zeros((1, 4, 4)), bits=FLOAT))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint32", "uint64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3)])
def test_other_samples_are_named(tmp_path, shape, dtype):
    with pytest.raises(InputError, match=f"x.tif: samples of {dtype} aren't supported"):
        read_photo(save(tmp_path / "x.tif", np.zeros(shape, dtype)))


@pytest.mark.parametrize(("shape", "photometric"), [((7, 5), "miniswhite"), ((7, 5, 4), "separated"), ((7, 5, 3), "cielab")])
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_other_meanings_of_deep_samples_are_named(tmp_path, shape, photometric, dtype):
    with pytest.raises(InputError, match=f"{dtype} samples of {photometric.upper()}"):
        read_photo(save(tmp_path / "x.tif", np.zeros(shape, dtype), photometric=photometric))


def test_planes_that_lie_apart_are_put_together(tmp_path):
    samples = RANDOM.integers(0, 65536, (3, 7, 5)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", samples, photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal((read_photo(tmp_path / "x.tif").pixels * 65535).round(), samples)


def test_a_stack_is_refused(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", np.zeros((4, 7, 5), np.float32), photometric="minisblack")
    with pytest.raises(InputError, match="several pages"):
        read_photo(tmp_path / "x.tif")


def test_the_size_of_a_turned_float_picture_is_read_from_its_header_alone(tmp_path, monkeypatch):
    save(tmp_path / "x.tif", np.zeros((7, 5, 3), np.float32), extratags=[(274, "H", 1, 6, True)])
    assert read_photo(tmp_path / "x.tif").pixels.shape[1:] == (5, 7)
    monkeypatch.delattr(tifffile.TiffPage, "asarray")
    assert read_size(tmp_path / "x.tif") == (5, 7)


def test_compressed_floats(tmp_path):
    samples = RANDOM.random((7, 5)).astype(np.float32)
    Image.fromarray(samples).save(tmp_path / "x.tif", compression="tiff_lzw")
    np.testing.assert_array_equal(read_photo(tmp_path / "x.tif").pixels[0], samples)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_tiff_cut_anywhere_is_refused_in_words(tmp_path, dtype):
    whole = save(tmp_path / "x.tif", np.ones((7, 5, 3), dtype)).read_bytes()
    for length in (4, 7, 9, 40, 150, len(whole) - 20):
        (tmp_path / "x.tif").write_bytes(whole[:length])
        with pytest.raises(InputError, match="x.tif"):
            read_photo(tmp_path / "x.tif")


@pytest.mark.parametrize(
    ("head", "kind"),
    [(struct.pack(">I", 24) + b"ftypheic", "HEIF"), (b"\xff\x0a", "JPEG XL"), (b"%PDF-1.7", "PDF"), (b"8BPSxxxx", "Photoshop")],
)
def test_other_kinds_of_file_are_named(tmp_path, head, kind):
    (tmp_path / "x.jpg").write_bytes(head + bytes(200))
    with pytest.raises(InputError, match=f"{kind} file, which isn't supported"):
        read_photo(tmp_path / "x.jpg")
