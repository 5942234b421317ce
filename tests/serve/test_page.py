"""The live page in a real browser: upload, watch, stop, reload, paint, two at once, bad files, keyboard, phone, both languages."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.browser import LOOKS, fits_its_width, graves
from tests.conftest import ROOT

pytestmark = pytest.mark.browser
_WAIT = 120_000  # milliseconds: a job's process loads Paddle first, on a machine that may be busy


@pytest.fixture(scope="module")
def address(chromium, tmp_path_factory):
    """The address of a server; at its end SIGTERM is to leave nothing behind."""
    pytest.importorskip("gradio", reason="needs Gradio: pip install 'gradio>=6.0,<7'")
    folder = tmp_path_factory.mktemp("tmp")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [sys.executable, "-m", "paddle_dip", "serve", "--port", port, "--jobs", "2", "--max-pixels", "20000"]
    environment = os.environ | {"TMPDIR": str(folder)}
    server = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
    line = server.stdout.readline()
    yield re.search(r"http://127\.0\.0\.1:\d+/", line)[0]
    server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 143
    assert list(folder.glob("paddle_dip-serve-*")) == []


@pytest.fixture
def opened(chromium, address):
    """A function that opens the page in a window of its own; requests to elsewhere fail the test."""
    contexts, elsewhere = [], []

    def visit(words: str = "", **how):
        contexts.append(chromium.new_context(**{"locale": "en-US", "viewport": {"width": 1200, "height": 900}} | how))
        page = contexts[-1].new_page()
        page.set_default_timeout(_WAIT)
        page.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None)
        page.asked = set()  # what the page waits for an answer to; its heartbeat aside, which never ends
        page.on("request", lambda r: None if "heartbeat" in r.url else page.asked.add(r))
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda r: page.asked.discard(r))
        page.goto(address + words)
        page.locator(".status").wait_for()
        settle(page)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert elsewhere == []


@pytest.fixture
def photo(tmp_path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noisy.png")
    return tmp_path / "noisy.png"


def settle(page) -> None:
    """Wait until nothing has been asked of the server for a moment."""
    quiet = 0
    while quiet < 6:
        page.wait_for_timeout(100)
        quiet = 0 if page.asked else quiet + 1


def ask(page, photo: Path, task: str = "Remove noise", steps: int | None = None) -> None:
    page.get_by_label("Task").click()
    page.get_by_role("option", name=task).click()
    page.locator("input[type=file]").first.set_input_files(photo)
    page.get_by_text(photo.name).wait_for()
    if steps is not None:
        page.get_by_role("button", name="More settings").click()
        page.get_by_label("Steps").fill(str(steps))
    settle(page)


def begin(page) -> None:
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"\?job="))


def becomes(page, words: str) -> None:
    page.locator(".status").filter(has_text=re.compile(words)).wait_for(timeout=_WAIT)


def test_a_small_job_to_its_end_and_its_files(opened, photo):
    page = opened()
    ask(page, photo, steps=3)
    begin(page)
    becomes(page, "Done")
    page.locator(".curve svg").wait_for()
    assert graves(page) == []
    names = {"picture": "noisy_denoise.png", "GIF": "process.gif", "settings": "noisy_denoise.png.json"}
    for button, name in names.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download the {button}").click()
        assert download.value.suggested_filename == name
    assert page.locator("img[src*='before.png']").count() and page.locator("img[src*='after.png']").count()
    page.get_by_role("button", name="Forget").click()
    becomes(page, "forgotten")


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_the_page_can_be_read_by_everybody(opened, photo, look):
    page = opened(**look)
    ask(page, photo, "Fill holes", steps=2)
    assert graves(page) == []
    assert fits_its_width(page)


def test_two_at_once_one_reloaded_and_stopped_midway(opened, photo):
    first, second = opened(), opened()
    for page in (first, second):
        ask(page, photo, steps=30_000)
        begin(page)
    for page in (first, second):
        becomes(page, r"Step \d+ of 30000")
    begin(first)  # once more: it would have taken the place of what runs
    first.get_by_role("alert").filter(has_text="This page is at a job").wait_for()
    becomes(first, r"Step \d+ of 30000")
    first.reload()
    becomes(first, r"Step \d+ of 30000, about \d+")
    first.get_by_role("button", name="Stop").click()
    becomes(first, r"Stopped at step \d+\. What there was is kept below")
    first.get_by_role("button", name="Download the picture").wait_for()
    assert "Step" in second.locator(".status").inner_text()
    second.get_by_role("button", name="Stop").click()
    becomes(second, "Stopped")


def test_a_painted_mask_fills(opened, photo):
    page = opened()
    ask(page, photo, "Fill holes", steps=2)
    canvas = page.locator("canvas").first
    canvas.wait_for()
    page.wait_for_timeout(1000)  # the editor fits the photo to its frame first
    box = canvas.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 12, middle[1] + 6, steps=4)
    page.mouse.up()
    begin(page)
    becomes(page, "Done")


@pytest.mark.parametrize(
    ("name", "words"),
    [("text.png", "text.png is not an image that can be read"), ("large.png", "too large: the result would have 200x200 pixels")],
)
def test_a_bad_file_is_told(opened, tmp_path, name, words):
    (tmp_path / "text.png").write_text("no picture")
    Image.new("RGB", (200, 200)).save(tmp_path / "large.png")
    page = opened()
    ask(page, tmp_path / name)
    page.get_by_role("alert").filter(has_text=words).wait_for()
    page.get_by_role("button", name="Start").click()
    settle(page)
    assert "job=" not in page.url and words in page.get_by_role("alert").inner_text()


def test_numbers_that_cannot_be_are_told_in_words(opened, photo):
    page = opened()
    ask(page, photo, steps=0)
    for steps, seed, words in (("0", "0", "steps must be at least 1, not 0"), ("2", "-1", "seed must be at least 0")):
        page.get_by_label("Steps").fill(steps)
        page.get_by_label("Seed").fill(seed)
        page.get_by_role("button", name="Start").click()
        page.get_by_role("alert").filter(has_text=words).wait_for()
    assert "job=" not in page.url


def test_a_mask_is_asked_for_in_the_language_that_is_chosen(opened, photo):
    page = opened()
    ask(page, photo, "Fill holes")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("alert").filter(has_text="Upload a mask first, or paint").wait_for()
    page.get_by_label("中文").check()
    page.get_by_text("掩模：与照片同样大小").wait_for()
    assert not page.get_by_role("alert").count()
    page.get_by_role("button", name="开始").click()
    page.get_by_role("alert").filter(has_text="请先上传掩模").wait_for()


def test_the_keyboard_alone_is_enough(opened):
    page = opened()
    for name in ("Try an example", "Start"):
        button = page.get_by_role("button", name=name)
        for _ in range(60):
            if button.evaluate("button => button === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        settle(page)
    becomes(page, "Step 1|Beginning|Step")
    page.get_by_role("button", name="Stop").press("Enter")
    becomes(page, "Stopped")


def test_in_chinese_on_a_phone(opened):
    page = opened(locale="zh-CN", viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="开始").wait_for()
    assert "请选择照片" in page.locator(".status").inner_text()
    assert fits_its_width(page)
    page.get_by_label("English").check()
    page.get_by_role("button", name="Start").wait_for()
