"""Pixel files of every kind survive the round trip, and what isn't a still picture is refused in one line."""

import io

import numpy as np
import png
import pytest
import tifffile
from PIL import Image, ImageCms, ImageOps

from paddle_dip.io import images
from paddle_dip.io.images import Photo, check_writable, read_photo, read_rgb, write_photo
from paddle_dip.io.orientation import upright

RANDOM = np.random.default_rng(0)


def photo(channels: int, *, alpha: bool, bits: int) -> Photo:
    top = 2**bits - 1
    samples = RANDOM.integers(0, top + 1, (channels + alpha, 7, 5)).astype(np.float32) / np.float32(top)
    return Photo(samples[:channels], samples[-1] if alpha else None, bits)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_round_trip(tmp_path, suffix, bits, alpha, channels):
    if (channels, alpha, bits, suffix) == (1, True, 16, ".tif"):
        pytest.skip("refused: see test_unwritable_combinations_are_known_beforehand")
    written = photo(channels, alpha=alpha, bits=bits)
    write_photo(tmp_path / f"x{suffix}", written)
    back = read_photo(tmp_path / f"x{suffix}")
    assert back.bits == bits
    np.testing.assert_array_equal(back.pixels, written.pixels)
    assert (back.alpha is None) == (not alpha)
    if alpha:
        np.testing.assert_array_equal(back.alpha, written.alpha)


def test_sixteen_bit_colour_is_read_in_full(tmp_path):
    samples = RANDOM.integers(0, 65536, (7, 5, 3)).astype(np.uint16)
    with (tmp_path / "x.png").open("wb") as file:
        png.Writer(5, 7, greyscale=False, bitdepth=16).write(file, samples.reshape(7, -1))
    tifffile.imwrite(tmp_path / "x.tif", samples)
    for name in ("x.png", "x.tif"):
        np.testing.assert_array_equal((read_photo(tmp_path / name).pixels * 65535).round().transpose(1, 2, 0), samples)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_of_a_deep_tiff_is_honoured(tmp_path, orientation):
    samples = RANDOM.integers(0, 65536, (7, 5, 3)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", samples, photometric="rgb", extratags=[(274, "H", 1, orientation, True)])
    back = (read_photo(tmp_path / "x.tif").pixels * 65535).round().transpose(1, 2, 0)
    np.testing.assert_array_equal(back, upright(samples, orientation))


def test_deep_grey_keeps_its_range_as_rgb(tmp_path):
    write_photo(tmp_path / "x.png", Photo(np.linspace(0, 1, 256).reshape(1, 16, 16), bits=16))
    np.testing.assert_array_equal(read_rgb(tmp_path / "x.png")[..., 1].ravel(), np.arange(256))


def test_sixteen_bit_pgm_is_grey(tmp_path):
    samples = RANDOM.integers(0, 65536, (7, 5)).astype(np.uint16)
    (tmp_path / "x.pgm").write_bytes(b"P5 5 7 65535\n" + samples.astype(">u2").tobytes())
    np.testing.assert_array_equal((read_photo(tmp_path / "x.pgm").pixels[0] * 65535).round(), samples)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_honoured(tmp_path, orientation):
    image = Image.fromarray(RANDOM.integers(0, 256, (7, 5, 3)).astype(np.uint8))
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(tmp_path / "x.png", exif=exif)
    with Image.open(tmp_path / "x.png") as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    np.testing.assert_array_equal((read_photo(tmp_path / "x.png").pixels * 255).round().transpose(1, 2, 0), expected)


def test_palette_with_transparency_becomes_colour_and_alpha(tmp_path):
    image = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3), mode=None).convert("P")
    image.save(tmp_path / "x.png", transparency=0)
    back = read_photo(tmp_path / "x.png")
    assert back.pixels.shape == (3, 2, 3) and back.alpha[0, 0] == 0 and back.alpha[1, 1] == 1


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("bits", [8, 16])
def test_colour_profile_is_kept(tmp_path, bits, suffix):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    write_photo(tmp_path / f"x{suffix}", Photo(photo(3, alpha=False, bits=bits).pixels, bits=bits, icc_profile=profile))
    back = read_photo(tmp_path / f"x{suffix}")
    assert back.icc_profile == profile and back.bits == bits


def test_jpeg_is_written_at_a_high_quality(tmp_path, picture):
    write_photo(tmp_path / "x.jpg", Photo(picture))
    assert np.abs(read_photo(tmp_path / "x.jpg").pixels - picture).mean() < 0.01


def test_grey_file_reads_as_three_equal_channels(tmp_path):
    Image.fromarray(np.full((4, 4), 77, np.uint8)).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(read_rgb(tmp_path / "grey.png"), np.full((4, 4, 3), 77))


def test_writing_rounds_and_does_not_stretch(tmp_path):
    write_photo(tmp_path / "x.png", Photo(np.full((1, 4, 4), 100.6 / 255)))
    with Image.open(tmp_path / "x.png") as image:
        assert np.asarray(image)[0, 0] == 101


def make_text(path):
    path.write_text("no picture")


def make_truncated(path):
    buffer = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, (64, 64, 3)).astype(np.uint8)).save(buffer, "PNG")
    path.write_bytes(buffer.getvalue()[:3000])


def make_truncated_deep(path):
    write_photo(path, photo(3, alpha=False, bits=16))
    path.write_bytes(path.read_bytes()[:-30])


def make_animation(path):
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 200)]
    frames[0].save(path, format="GIF", save_all=True, append_images=frames[1:])


def make_signed(path):
    tifffile.imwrite(path, np.zeros((4, 4, 3), np.int16), photometric="rgb")


def make_wide(path):
    Image.fromarray(np.zeros((4, 4), np.int32)).save(path, format="TIFF")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_text, "not an image"),
        (make_truncated, "damaged"),
        (make_truncated_deep, "damaged"),
        (make_animation, "animated"),
        (make_signed, "int16 aren't supported"),
        (make_wide, "supported"),
        (lambda path: path.mkdir(), "is a folder, one photo is wanted"),
        (lambda path: None, "doesn't exist"),
    ],
)
def test_refuses_what_is_not_one_readable_picture(tmp_path, make, words):
    path = tmp_path / "x.png"
    make(path)
    with pytest.raises(ValueError, match=words) as caught:
        read_photo(path)
    assert "x.png" in str(caught.value)


def test_refuses_a_decompression_bomb_before_unpacking_it(tmp_path, monkeypatch):
    Image.new("L", (200, 200)).save(tmp_path / "x.png")
    monkeypatch.setattr(images, "LARGEST", 10_000)
    with pytest.raises(ValueError, match="200x200"):
        read_photo(tmp_path / "x.png")


@pytest.mark.parametrize(
    ("name", "shown", "words"),
    [
        ("x.bmp2", photo(3, alpha=False, bits=8), "must end in"),
        ("x.jpg", photo(3, alpha=False, bits=16), "16-bit"),
        ("x.jpg", photo(3, alpha=True, bits=8), "transparency"),
        ("x.tif", photo(1, alpha=True, bits=16), "grey 16-bit"),
    ],
)
def test_unwritable_combinations_are_known_beforehand(name, shown, words):
    with pytest.raises(ValueError, match=words):
        check_writable(name, shown)


@pytest.mark.parametrize(("name", "side"), [("x.webp", 4095), ("x.jpg", 16375)])
def test_formats_have_a_longest_side(name, side):
    check_writable(name, Photo(np.zeros((1, 1, side))), factor=4)
    with pytest.raises(ValueError, match=f"the result will have {4 * side + 4}x4"):
        check_writable(name, Photo(np.zeros((1, 1, side + 1))), factor=4)


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(KeyError):
        write_photo(tmp_path / "x.nonsense", photo(3, alpha=False, bits=8))
    assert list(tmp_path.iterdir()) == []
