"""The built site in a browser: no warnings, two languages, nothing from elsewhere, equations, search, and axe on every page."""

import os
import re
import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest

from tests.browser import DESKTOP, LOOKS, PHONE, fits_its_width, graves
from tests.conftest import ROOT

pytestmark = pytest.mark.browser
PAGES = sorted(path.name.removesuffix(".md") for path in (ROOT / "docs").glob("*.md") if ".zh." not in path.name)
CHINESE = sorted(path.name.removesuffix(".zh.md") for path in (ROOT / "docs").glob("*.zh.md"))
# One look for each language: what differs between looks is the theme's.
ADDRESSES = [("light, desktop", f"{name}.html") for name in PAGES] + [("dark, phone", f"zh/{name}.html") for name in CHINESE]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words) -> None:
        pass


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    if find_spec("mkdocs") is None:
        pytest.skip("needs MkDocs: pip install -r requirements-docs.txt")
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and "WARNING" not in done.stderr, done.stderr
    return folder


@pytest.fixture(scope="module")
def address(built):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=built))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def page(look, chromium, address):
    """A page of a look; what it asks of elsewhere, or what can't be found, fails the test."""
    context = chromium.new_context(**LOOKS[look])
    page, wrong = context.new_page(), []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else wrong.append(r.url))
    # The theme's switch of languages looks for a sitemap of each; there is one of all.
    page.on("response", lambda r: wrong.append(r.url) if r.status >= 400 and not r.url.endswith("/sitemap.xml") else None)
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize(("look", "name"), ADDRESSES)
def test_a_page_can_be_read_by_everybody(page, address, name):
    page.goto(address + name, wait_until="load")
    assert fits_its_width(page)
    assert graves(page) == []
    sources = page.evaluate("[...document.images].map(image => [image.src, image.complete && image.naturalWidth])")
    assert all(width for _, width in sources), sources


def test_equations_are_whole(built):
    for name in ("how_it_works.html", "zh/how_it_works.html"):
        equations = re.findall(r"<math.*?</math>", (built / name).read_text(encoding="utf-8"), re.DOTALL)
        assert len(equations) > 30 and [e for e in equations if "\\" in e] == []


def test_python_is_documented_from_its_docstrings(built):
    text = (built / "python.html").read_text(encoding="utf-8")
    assert "with no other knowledge than the network" in text and 'id="paddle_dip.api.restore_pixels"' in text


def test_search_finds_a_page_in_each_language(chromium, address):
    asked = [("index.html", "back-projection", "how_it_works"), ("zh/index.html", "反投影", "zh/how_it_works")]
    asked += [("zh/index.html", "掩模", f"zh/{page}") for page in ("live_page", "photos", "gallery")]  # in the middle of sentences
    for start, words, found in asked:
        page = chromium.new_page(viewport=DESKTOP)
        page.goto(address + start)
        page.locator(".md-search__input").click()
        page.keyboard.type(words)
        page.locator(f".md-search-result__link[href*='{found}']").first.wait_for(timeout=20_000)
        page.close()


def test_the_language_is_switched_on_a_phone(chromium, address):
    page = chromium.new_page(viewport=PHONE)
    page.goto(address + "presets.html")
    page.locator(".md-select button").hover()
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/zh/presets.html")
    assert page.locator("h1").inner_text().startswith("选择预设") and page.locator("html").get_attribute("lang") == "zh"
    page.close()


def test_the_keyboard_leads_into_the_text(chromium, address):
    page = chromium.new_page(viewport=DESKTOP)
    page.goto(address + "photos.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link to skip to the content
    assert "#" in page.url
    page.close()
