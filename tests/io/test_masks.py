"""A mask marks what its painter meant: by colour, by alpha, hard where the file's compression left noise."""

import numpy as np
import pytest
from PIL import Image

from paddle_dip.errors import InputError
from paddle_dip.io.images import write_photo
from paddle_dip.io.masks import read_mask
from paddle_dip.io.photo import photo_of
from paddle_dip.problem.task_table import task_preset
from paddle_dip.problem.tasks import inpainting
from paddle_dip.runs.restore import finish

HOLE = np.zeros((64, 72), bool)
HOLE[20:41, 30:55] = True
SOFT = np.linspace(0, 255, 64 * 72).reshape(64, 72).astype(np.uint8)


def layer(colour, alpha, mode="RGBA"):
    shades = np.broadcast_to(np.uint8(colour), (64, 72, len(mode) - 1))
    return Image.fromarray(np.dstack([shades, alpha]))


def read(tmp_path, image, holes="white", name="mask.png", **settings):
    image.save(tmp_path / name, **settings)
    notes = []
    return read_mask(tmp_path / name, holes, say=notes.append)[0], notes


@pytest.mark.parametrize("holes", ["white", "black"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("colour", [255, 0, 90])
def test_one_colour_on_a_transparent_layer_marks_by_its_alpha(tmp_path, holes, mode, colour):
    marks, notes = read(tmp_path, layer(colour, HOLE * np.uint8(255), mode), holes)
    np.testing.assert_array_equal(marks, HOLE)
    assert len(notes) == 1 and "transparent" in notes[0]


def test_the_colour_of_what_is_transparent_is_nothing(tmp_path):
    painted = np.where(HOLE[..., None], np.uint8([255, 0, 0, 255]), np.uint8([0, 0, 255, 0]))
    np.testing.assert_array_equal(read(tmp_path, Image.fromarray(painted))[0], HOLE)


def test_a_soft_brush_keeps_its_edge(tmp_path):
    np.testing.assert_array_equal(read(tmp_path, layer(255, SOFT))[0], SOFT / np.float32(255))


@pytest.mark.parametrize("holes", ["white", "black"])
def test_where_both_vary_what_is_transparent_is_not_marked(tmp_path, holes):
    shade = np.where(HOLE, 255, 0).astype(np.uint8)
    alpha = np.full((64, 72), 255, np.uint8)
    alpha[:, 40:] = 0
    marks, notes = read(tmp_path, Image.fromarray(np.dstack([shade] * 3 + [alpha])), holes)
    np.testing.assert_array_equal(marks, ((holes == "white") == HOLE) & (alpha > 0))
    assert notes == []


@pytest.mark.parametrize("opacity", [255, 128, 0])
def test_an_alpha_that_is_the_same_everywhere_says_nothing(tmp_path, opacity):
    shade = HOLE * np.uint8(255)
    marks, _ = read(tmp_path, Image.fromarray(np.dstack([shade, np.full_like(shade, opacity)])))
    np.testing.assert_array_equal(marks, HOLE)


@pytest.mark.parametrize(
    ("name", "settings"), [("m.jpg", {"quality": 40}), ("m.webp", {"quality": 40}), ("m.tif", {"compression": "jpeg"})]
)
@pytest.mark.parametrize("holes", ["white", "black"])
def test_noise_of_compression_is_taken_away_and_said(tmp_path, name, settings, holes):
    marked = HOLE if holes == "white" else ~HOLE
    marks, notes = read(
        tmp_path, Image.fromarray(marked * np.uint8(255) if holes == "white" else HOLE * np.uint8(255)), holes, name, **settings
    )
    np.testing.assert_array_equal(marks, marked)
    assert len(notes) == 1 and name in notes[0] and "PNG" in notes[0]


@pytest.mark.parametrize(("name", "settings"), [("m.png", {}), ("m.webp", {"lossless": True}), ("m.tif", {}), ("m.gif", {})])
def test_soft_marks_of_a_lossless_file_stay(tmp_path, name, settings):
    marks, notes = read(tmp_path, Image.fromarray(SOFT), name=name, **settings)
    np.testing.assert_allclose(marks, SOFT / np.float32(255), atol=1e-7)  # WebP has no grey: the mean of three equal channels
    assert notes == []


def test_a_mask_of_one_bit(tmp_path):
    np.testing.assert_array_equal(read(tmp_path, Image.fromarray(HOLE))[0], HOLE)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ((0, 1), "uint8"),
        ((0, 2), "uint8"),
        ((100, 128), "uint8"),
        ((0, 1), "uint16"),
        ((0, 255), "uint16"),
        ((0, 0.001), "float32"),
    ],
)
@pytest.mark.parametrize("holes", ["white", "black"])
def test_of_two_values_one_marks_whatever_they_are(tmp_path, values, dtype, holes):
    write_photo(tmp_path / "m.tif", photo_of(np.where(HOLE, *values[::-1]).astype(dtype)[..., None], name="m"))
    notes = []
    marks = read_mask(tmp_path / "m.tif", holes, say=notes.append)[0]
    np.testing.assert_array_equal(marks, HOLE if holes == "white" else ~HOLE)
    none, whole = values if holes == "white" else values[::-1]
    assert notes == [f"{tmp_path / 'm.tif'} holds the values {none:g} and {whole:g}: taken as unmarked and marked"]


def test_a_layer_painted_in_part_and_a_palette_mark_whole(tmp_path):
    marks, notes = read(tmp_path, layer((0, 200, 0), HOLE * np.uint8(128)))
    np.testing.assert_array_equal(marks, HOLE)
    assert len(notes) == 2 and "the values 0 and 128" in notes[1]
    numbered = Image.fromarray(HOLE.astype(np.uint8)).convert("P")
    numbered.putpalette([0, 0, 0, 128, 0, 0])
    np.testing.assert_array_equal(read(tmp_path, numbered)[0], HOLE)


@pytest.mark.parametrize(("holes", "back"), [("white", 0), ("black", 255)])
def test_a_coloured_mark_counts_whole(tmp_path, holes, back):
    edge = HOLE * np.uint8(255)
    edge[19, 30:55] = 127
    red = np.dstack([np.full_like(edge, 255), *[255 - edge] * 2]) if back else np.dstack([edge, 0 * edge, 0 * edge])
    marks, notes = read(tmp_path, Image.fromarray(red), holes)
    np.testing.assert_allclose(marks, edge / np.float32(255), atol=1e-7)
    assert notes == []


@pytest.mark.parametrize(
    ("holes", "samples"), [("white", SOFT // 9), ("black", 255 - SOFT // 9), ("white", SOFT.astype(np.uint16))]
)
def test_many_faint_marks_are_refused(tmp_path, holes, samples):
    with pytest.raises(InputError, match=f"m.png marks nothing clearly: {holes} marks, and the nearest value to it is 2"):
        read(tmp_path, Image.fromarray(samples), holes, "m.png")


def test_a_grey_mark_of_a_lossy_file_is_whole(tmp_path):
    np.testing.assert_array_equal(read(tmp_path, Image.fromarray(HOLE * np.uint8(120)), name="m.jpg", quality=70)[0], HOLE)
    assert not read(tmp_path, Image.fromarray(HOLE * np.uint8(0)), name="m.jpg")[0].any()


def test_an_unknown_colour_is_refused(tmp_path):
    with pytest.raises(InputError, match="holes must be one of white, black, not red"):
        read(tmp_path, Image.fromarray(HOLE), "red")


def test_pixels_outside_a_jpeg_mask_keep_their_bits(tmp_path):
    marks, _ = read(tmp_path, Image.fromarray(HOLE * np.uint8(255)), name="m.jpg", quality=40)
    image = np.random.default_rng(0).integers(0, 256, (3, 64, 72)).astype(np.float32) / np.float32(255)
    preset = task_preset("inpaint", "fast")
    problem = inpainting(image, marks[None], preset)
    result = finish(problem, preset, np.full((3, *problem.canvas), 0.3))
    np.testing.assert_array_equal((result * 255).round()[:, ~HOLE], (image * 255).round()[:, ~HOLE])
    assert np.abs(result - image)[:, ~HOLE].max() == 0 and np.allclose(result[:, HOLE], 0.3)
