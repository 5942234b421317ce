"""CMYK becomes RGB by its profile, or by the plain rule; a profile never describes other colours than the result's."""

import struct

import numpy as np
import pytest
from PIL import Image

from paddle_dip.io.images import read_photo, write_photo

INKS = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0]], [[0, 0, 255, 0], [0, 0, 0, 255], [60, 20, 10, 30]]], np.uint8)


def cmyk_profile() -> bytes:
    """A small ICC profile of version 2: lightness falls with every ink, yellow's b* is high, cyan's and magenta's a* differ.

    A table of two points an ink, 16 in all: signature `mft1` of the ICC specification (ICC.1:2001-04, 6.5.8).
    """
    points = np.indices((2, 2, 2, 2)).reshape(4, -1).T
    lightness = 255 * np.prod(1 - points * [0.4, 0.5, 0.1, 1.0], axis=1)
    colour_a = 128 + points[:, 1] * 60 - points[:, 0] * 40
    colour_b = 128 + points[:, 2] * 80 - points[:, 0] * 40
    table = np.stack([lightness, colour_a, colour_b], axis=1).round().astype(np.uint8).tobytes()
    matrix = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    straight = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + straight * 4 + table + straight * 3
    text = b"small CMYK\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    offset, tags, body = 128 + 4 + 12 * 3, b"", b""
    for name, data in ((b"desc", description), (b"wtpt", white), (b"A2B0", lut)):
        data += bytes(-len(data) % 4)
        tags += name + struct.pack(">2I", offset + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", offset + len(body), b"lcms", 0x02100000, b"prtr", b"CMYK", b"Lab ") + bytes(12) + b"acsp"
    head += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", 3) + tags + body


@pytest.mark.parametrize(("name", "settings"), [("x.jpg", {"quality": 100, "subsampling": 0}), ("x.tif", {})])
def test_without_a_profile_the_plain_rule_counts(tmp_path, name, settings):
    image = Image.fromarray(np.kron(INKS, np.ones((16, 16, 1), np.uint8)), mode="CMYK")
    image.save(tmp_path / name, **settings)
    photo = read_photo(tmp_path / name)
    expected = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    assert np.abs(photo.pixels * 255 - expected)[:, 8::16, 8::16].max() <= 3
    assert (photo.pixels[:, 8, 8] > 0.99).all() and (photo.pixels[:, 24, 24] < 0.02).all()  # no ink is white, all black ink black
    assert photo.icc_profile is None and photo.alpha is None
    assert len(photo.notes) == 1 and "CMYK" in photo.notes[0] and "no colour profile" in photo.notes[0]


@pytest.mark.parametrize("name", ["x.jpg", "x.tif"])
def test_a_profile_is_followed_and_not_kept(tmp_path, name):
    image = Image.fromarray(np.kron(INKS, np.ones((16, 16, 1), np.uint8)), mode="CMYK")
    image.save(tmp_path / name, icc_profile=cmyk_profile(), **({"quality": 100, "subsampling": 0} if name == "x.jpg" else {}))
    photo = read_photo(tmp_path / name)
    assert photo.icc_profile is None
    assert len(photo.notes) == 1 and "by its colour profile" in photo.notes[0]
    cyan, plain = photo.pixels[:, 8, 24] * 255, np.asarray(image.convert("RGB"))[8, 24]
    assert np.abs(cyan - plain).max() > 30  # this profile's cyan isn't the plain rule's (0, 255, 255)
    assert (photo.pixels[:, 8, 8] > 0.98).all() and (photo.pixels[:, 24, 24] < 0.2).all()
    write_photo(tmp_path / "y.png", photo)
    with Image.open(tmp_path / "y.png") as back:
        assert back.mode == "RGB" and "icc_profile" not in back.info


def test_a_profile_that_cannot_be_used_is_said(tmp_path):
    Image.fromarray(INKS, mode="CMYK").save(tmp_path / "x.tif", icc_profile=b"no profile at all")
    photo = read_photo(tmp_path / "x.tif")
    assert "can't be used" in photo.notes[0] and photo.icc_profile is None
