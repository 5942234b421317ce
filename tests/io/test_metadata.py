"""What a file says of a photo beside its pixels comes through: camera, date, rights, place, resolution, XMP, a PNG's colours."""

import numpy as np
import png
import pytest
import tifffile
from PIL import Image, ImageOps, PngImagePlugin

from paddle_dip.io.images import losses, read_photo, write_photo
from paddle_dip.io.photo import Photo

RANDOM = np.random.default_rng(0)
COLOURS = RANDOM.integers(0, 256, (12, 8, 3)).astype(np.uint8)
MADE = {271: "Maker", 272: "Model 3", 315: "Änne", 33432: "© Änne"}
TAKEN = {36867: "2020:01:02 03:04:05", 33434: 0.005, 37500: b"maker\0\1\2"}
PLACE = {1: "N", 2: (52.0, 31.0, 12.5)}
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description tiff:Orientation="6" tiff:ImageWidth="8" xmp:Rating="4">'
    b"<tiff:Orientation>6</tiff:Orientation><exif:PixelXDimension>8</exif:PixelXDimension>"
    b"<xmp:Thumbnails><rdf:Alt>old picture</rdf:Alt></xmp:Thumbnails><dc:rights>\xc2\xa9 me</dc:rights>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)
SUFFIXES = (".jpg", ".png", ".webp", ".tif")


def exif(orientation=6):
    made = Image.Exif()
    for tag, value in MADE.items():
        made[tag] = value.encode()
    made[274] = orientation
    made[34665] = {**TAKEN, 40962: 8, 40963: 12, 37396: (4, 6)}
    made[34853] = dict(PLACE)
    return made


def with_thumbnail(path):
    """Write a JPEG whose EXIF embeds a thumbnail: a second directory behind the first."""
    data = bytearray(exif().tobytes())
    start = 6
    first = start + int.from_bytes(data[start + 4 : start + 8], "big")
    after = first + 2 + 12 * int.from_bytes(data[first : first + 2], "big")
    data[after : after + 4] = (len(data) - start).to_bytes(4, "big")
    place = len(data) - start + 2 + 12 * 2 + 4
    data += b"\0\2" + b"\2\1\0\4\0\0\0\1" + place.to_bytes(4, "big") + b"\2\2\0\4\0\0\0\1" + (9).to_bytes(4, "big") + bytes(4)
    Image.fromarray(COLOURS).save(path, exif=bytes(data) + b"THUMBNAIL", quality=95)
    assert b"THUMBNAIL" in path.read_bytes()


def reloaded(made):
    """Pillow's TIFF writer needs nested tags that have been read, and text as bytes."""
    loaded = Image.Exif()
    loaded.load(made.tobytes())
    loaded.update({tag: value.encode() for tag, value in MADE.items()})
    return loaded


def save(path, **more):
    """Write a picture that lies on its side and has everything."""
    image, known = Image.fromarray(COLOURS), {"exif": exif(), "dpi": (300, 150), **more}
    if path.suffix == ".png":
        known["pnginfo"] = PngImagePlugin.PngInfo()
        known["pnginfo"].add_itxt("XML:com.adobe.xmp", XMP.decode())
    elif path.suffix == ".tif":
        known["exif"][700] = XMP
    else:
        known["xmp"] = XMP
    if path.suffix == ".webp":
        known["exif"][282], known["exif"][283], known["exif"][296] = 300, 150, 2
        known["lossless"] = True
    image.save(path, **{**known, "exif": reloaded(known["exif"])})
    return path


def text(value):
    """Pillow reads EXIF's text as Latin-1; cameras write UTF-8."""
    return value.encode("latin-1").decode()


def assert_kept(path, dpi=(300, 150)):
    with Image.open(path) as image:
        found = image.getexif()
        assert {tag: text(found[tag]) for tag in MADE} == MADE
        assert found.get(274, 1) == 1
        assert found.get_ifd(34853)[1] == "N" and tuple(found.get_ifd(34853)[2]) == PLACE[2]
        taken = found.get_ifd(34665)
        assert taken[36867] == TAKEN[36867]
        assert float(taken[33434]) == pytest.approx(0.005) and taken[37500] == TAKEN[37500]
        assert not {40962, 40963, 37396} & set(taken)
        assert not found.get_ifd(1)
        xmp = image.info.get("xmp") or found[700]
        assert_xmp(xmp)
        here = image.info.get("dpi") or (found[282], found[283])
        assert [float(value) for value in here] == pytest.approx(dpi, abs=0.02)  # PNG has whole pixels a metre


def assert_xmp(xmp):
    # Pillow takes the orientation out of a TIFF's XMP when it turns the picture; elsewhere it is reset.
    assert b"Orientation" not in xmp or (b'tiff:Orientation="1"' in xmp and b"<tiff:Orientation>1<" in xmp)
    assert b'xmp:Rating="4"' in xmp and b"\xc2\xa9 me" in xmp
    assert b"ImageWidth" not in xmp and b"PixelXDimension" not in xmp and b"old picture" not in xmp


@pytest.mark.parametrize("to", SUFFIXES)
@pytest.mark.parametrize("source", SUFFIXES)
def test_all_is_kept_from_every_format_to_every_format(tmp_path, source, to):
    path = save(tmp_path / f"x{source}")
    photo = read_photo(path)
    assert photo.pixels.shape == (3, 8, 12) and photo.notes == ()
    write_photo(tmp_path / f"y{to}", photo)
    assert_kept(tmp_path / f"y{to}")
    assert losses(tmp_path / f"y{to}", photo) == ()
    if to != ".jpg":
        np.testing.assert_array_equal(read_photo(tmp_path / f"y{to}").pixels, photo.pixels)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("to", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_all_is_kept_in_sixteen_bits(tmp_path, channels, to, alpha):
    if (channels, to, alpha) == (1, ".tif", True):
        pytest.skip("refused by check_writable")
    known = read_photo(save(tmp_path / "x.jpg")).metadata
    samples = RANDOM.integers(0, 65536, (channels + alpha, 7, 5)).astype(np.float32) / np.float32(65535)
    photo = Photo(samples[:channels], samples[-1] if alpha else None, 16, b"profile", known)
    write_photo(tmp_path / f"y{to}", photo)
    assert_kept(tmp_path / f"y{to}")
    back = read_photo(tmp_path / f"y{to}")
    assert back.bits == 16 and back.icc_profile == b"profile"
    np.testing.assert_array_equal(back.pixels, photo.pixels)
    write_photo(tmp_path / f"z{to}", back)
    assert_kept(tmp_path / f"z{to}")


def test_all_is_kept_in_floats(tmp_path):
    known = read_photo(save(tmp_path / "x.jpg")).metadata
    photo = Photo(RANDOM.random((3, 7, 5)).astype(np.float32), bits=32, metadata=known)
    write_photo(tmp_path / "y.tif", photo)
    back = read_photo(tmp_path / "y.tif")
    np.testing.assert_array_equal(back.pixels, photo.pixels)
    write_photo(tmp_path / "z.png", Photo(back.pixels, metadata=back.metadata))
    assert_kept(tmp_path / "z.png")


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_photo_of_which_nothing_is_known_says_nothing(tmp_path, suffix, bits):
    write_photo(tmp_path / f"x{suffix}", Photo(np.zeros((3, 4, 4)), bits=bits))
    known = read_photo(tmp_path / f"x{suffix}").metadata
    assert known.exif is None and known.xmp is None and known.gamma is None


@pytest.mark.parametrize("to", SUFFIXES)
def test_an_embedded_thumbnail_is_dropped(tmp_path, to):
    with_thumbnail(tmp_path / "x.jpg")
    write_photo(tmp_path / f"y{to}", read_photo(tmp_path / "x.jpg"))
    assert b"THUMBNAIL" not in (tmp_path / f"y{to}").read_bytes()
    with Image.open(tmp_path / f"y{to}") as image:
        assert image.getexif()[272] == "Model 3"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_written_photo_is_upright_for_every_reader(tmp_path, suffix, orientation):
    save(tmp_path / f"x{suffix}", exif=exif(orientation))
    with Image.open(tmp_path / f"x{suffix}") as image:
        image.load()
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    write_photo(tmp_path / "y.png", read_photo(tmp_path / f"x{suffix}"))
    with Image.open(tmp_path / "y.png") as image:
        np.testing.assert_array_equal(np.asarray(ImageOps.exif_transpose(image)), expected)


def test_damaged_exif_is_said(tmp_path):
    Image.fromarray(COLOURS).save(tmp_path / "x.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(30))
    photo = read_photo(tmp_path / "x.jpg")
    write_photo(tmp_path / "y.png", photo)
    assert read_photo(tmp_path / "y.png").pixels.shape == (3, 12, 8)


def test_resolution_in_centimetres(tmp_path):
    tifffile.imwrite(tmp_path / "x.tif", COLOURS, photometric="rgb", resolution=(100, 50), resolutionunit="CENTIMETER")
    assert read_photo(tmp_path / "x.tif").metadata.dpi == pytest.approx((254, 127))
    tifffile.imwrite(
        tmp_path / "x.tif", COLOURS / np.float32(255), photometric="rgb", resolution=(100, 50), resolutionunit="CENTIMETER"
    )
    assert read_photo(tmp_path / "x.tif").metadata.dpi == pytest.approx((254, 127))


PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)


def png_with_colours(path, *, deep, gamma=100000):
    body = [(b"gAMA", gamma.to_bytes(4, "big"))]
    body.append((b"cHRM", b"".join(round(value * 100000).to_bytes(4, "big") for value in PRIMARIES)))
    size = {"bitdepth": 16 if deep else 8, "greyscale": False}
    with path.open("wb") as file:
        png.Writer(8, 12, **size).write(file, (COLOURS.astype(np.uint16) * 257 if deep else COLOURS).reshape(12, -1))
    chunks = list(png.Reader(filename=str(path)).chunks())
    with path.open("wb") as file:
        png.write_chunks(file, [chunks[0], *body, *chunks[1:]])


@pytest.mark.parametrize("deep", [False, True])
def test_gamma_and_primaries_of_a_png_are_kept(tmp_path, deep):
    png_with_colours(tmp_path / "x.png", deep=deep)
    photo = read_photo(tmp_path / "x.png")
    write_photo(tmp_path / "y.png", photo)
    np.testing.assert_array_equal(read_photo(tmp_path / "y.png").pixels, photo.pixels)
    before, after = (dict(png.Reader(filename=str(tmp_path / name)).chunks()) for name in ("x.png", "y.png"))
    assert after[b"gAMA"] == before[b"gAMA"] and after[b"cHRM"] == before[b"cHRM"]
    assert losses("y.png", photo) == ()
    assert len(losses("y.tif", photo)) == 1 and "gamma" in losses("y.tif", photo)[0]


def test_an_srgb_chunk_is_kept_and_its_loss_means_nothing(tmp_path):
    known = PngImagePlugin.PngInfo()
    known.add(b"sRGB", b"\1")
    known.add(b"gAMA", (45455).to_bytes(4, "big"))
    Image.fromarray(COLOURS).save(tmp_path / "x.png", pnginfo=known)
    photo = read_photo(tmp_path / "x.png")
    write_photo(tmp_path / "y.png", photo)
    assert dict(png.Reader(filename=str(tmp_path / "y.png")).chunks())[b"sRGB"] == b"\1"
    assert losses("y.jpg", photo) == ()


def test_what_a_jpeg_has_no_room_for_is_said(tmp_path):
    large = Image.Exif()
    large[271] = "Maker"
    large[34665] = {37500: bytes(70000)}
    known = PngImagePlugin.PngInfo()
    known.add_itxt("XML:com.adobe.xmp", "x" * 70000)
    Image.fromarray(COLOURS).save(tmp_path / "x.png", exif=large, pnginfo=known)
    photo = read_photo(tmp_path / "x.png")
    write_photo(tmp_path / "y.jpg", photo)
    notes = losses("y.jpg", photo)
    assert len(notes) == 2 and "EXIF" in notes[0] and "XMP" in notes[1]
    assert losses("y.webp", photo) == ()
