"""The report page and the process page in a browser: light and dark, keyboard, phone, pixels, nothing from elsewhere, axe."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.io.files import write_text
from paddle_dip.report.merge_runs import read_part
from paddle_dip.report.page import benchmark_page
from paddle_dip.report.process import Process
from paddle_dip.report.quality_plot import quality_beside
from paddle_dip.report.recorded_run import read_run
from paddle_dip.report.results import HistoryPoint
from tests.browser import LOOKS, fits_its_width, graves
from tests.conftest import ROOT

pytestmark = pytest.mark.browser
DRAW = np.random.default_rng(0)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of two images of a recorded run, with pictures of noise."""
    rows, summary = read_part(ROOT / "results/set14_x8_fast.csv")
    run = replace(read_run(ROOT / "results/set14_x8_fast.csv"), name="this run")
    names = ["comic", "face"]
    text = benchmark_page(
        "Super-resolution x8, preset fast",
        summary | {"seconds": 1.0, "device": "cpu", "threads": 1},
        (["image", "bicubic", "paddle_dip"], [*([name, "20.00", "21.00"] for name in names), ["mean of 2", "20.00", "21.00"]]),
        {name: (DRAW.random((3, 96, 600)), DRAW.random((3, 96, 600))) for name in names},
        {name: [HistoryPoint(step, 0.1, 20.0, 19.0) for step in (10, 20)] for name in names},
        outcome=("21.0 dB", "bicubic 20.0 dB"),
        before_words="bicubic",
        note="In dB.",
        quality=quality_beside(run),
    )
    write_text(page := tmp_path_factory.mktemp("report") / "index.html", text)
    assert len(rows) >= len(names)
    return page


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """The page of a process whose result is one pixel brighter than what was given."""
    folder = tmp_path_factory.mktemp("process")
    (folder / "frames").mkdir()
    given = DRAW.random((3, 60, 80)) / 2
    made = Process(folder, given, truth=given)
    made.note(1, 0.5, given)
    result = given.copy()
    result[:, 30, 40] = 1
    return made.finish(result, "photo.png: denoise", {"steps": 1})


@pytest.fixture(params=LOOKS.values(), ids=LOOKS)
def opened(request, chromium):
    """A function that opens a page in a look; what it asks for beyond its folder fails the test."""
    context, beyond = chromium.new_context(**request.param), []

    def visit(path):
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith((path.parent.as_uri(), "data:")) else beyond.append(r.url))
        page.goto(path.as_uri())
        return page

    yield visit
    context.close()
    assert beyond == []


@pytest.mark.parametrize("name", ["report", "process"])
def test_a_page_can_be_read_by_everybody(opened, name, request):
    page = opened(request.getfixturevalue(name))
    assert fits_its_width(page) and graves(page) == []
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    text, ground = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert (_brightness(text) > _brightness(ground)) == dark


def test_the_pixels_are_looked_at_by_the_keyboard(opened, process):
    page = opened(process)
    page.locator("button.look").nth(0).focus()
    page.keyboard.press("Enter")
    shown = page.locator("dialog img")
    shown.wait_for()
    ratio = page.evaluate("window.devicePixelRatio")
    assert shown.evaluate("image => image.clientWidth") * ratio == 4 * 80
    assert shown.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"
    assert graves(page) == []
    for _ in range(3):
        page.keyboard.press("+")
    assert shown.evaluate("image => image.clientWidth") * ratio == 32 * 80
    page.locator("dialog .field").evaluate("field => field.scrollTo(100, 50)")
    page.keyboard.press("n")
    assert shown.get_attribute("alt") == "result"
    assert page.locator("dialog .field").evaluate("field => field.scrollLeft") == 100
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    assert page.locator("button.look").nth(0).evaluate("button => button === document.activeElement")


def test_before_and_after_are_compared_by_the_keyboard(opened, report):
    page = opened(report)
    page.get_by_label("comic: share of the other picture shown").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator(".pair .line").first.evaluate("line => line.style.left") == "49%"
    page.get_by_role("button", name="Look at the pixels").first.press("Enter")
    assert page.locator("#zoomed").inner_text() == "comic, restored, 4 times"
    page.get_by_role("button", name="Next").click()
    assert page.locator("#zoomed").inner_text() == "comic, bicubic, 4 times"


def _brightness(colour: str) -> int:
    return sum(map(int, colour[colour.index("(") + 1 : -1].split(",")[:3]))
