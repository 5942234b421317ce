"""What a reader notes of a file, and what a format can't hold, is said once, on standard error."""

from PIL import Image, PngImagePlugin

from paddle_dip.cli.photos import read_told
from paddle_dip.cli.places import check_place


def test_what_was_converted_is_said_in_one_line(tmp_path, capsys):
    Image.new("CMYK", (20, 10)).save(tmp_path / "x.jpg")
    assert read_told(tmp_path / "x.jpg").pixels.shape == (3, 10, 20)
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("note: ") and said.err.count("\n") == 1 and "CMYK" in said.err


def test_what_the_output_cannot_hold_is_said_before_the_work(tmp_path, capsys):
    known = PngImagePlugin.PngInfo()
    known.add(b"gAMA", (100000).to_bytes(4, "big"))
    Image.new("RGB", (20, 10)).save(tmp_path / "x.png", pnginfo=known)
    photo = read_told(tmp_path / "x.png")
    check_place(tmp_path / "y.png", tmp_path / "x.png", photo)
    assert capsys.readouterr().err == ""
    check_place(tmp_path / "y.jpg", tmp_path / "x.png", photo)
    said = capsys.readouterr().err
    assert "gAMA" in said and said.count("\n") == 1
