"""Pages in a real browser: Chromium, what axe finds on a page, and the sizes that pages are looked at in."""

import shutil

import pytest

from tests.conftest import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = {
    "light, desktop": {"color_scheme": "light", "viewport": DESKTOP},
    "dark, phone": {"color_scheme": "dark", "viewport": PHONE},
}
_GRAVE = ("serious", "critical")  # of axe's impacts
_LOOKED_AT = {"exclude": [["tbody tr:nth-child(n + 4)"]]}  # a table's rows are alike, and there are thousands


@pytest.fixture(scope="module")
def chromium():
    """The system's Chromium; skips where there is none, or no Playwright."""
    fix = f"pip install -r {(ROOT / 'requirements-browser.txt').name}"
    sync_api = pytest.importorskip("playwright.sync_api", reason=f"needs Playwright: {fix}")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"needs a browser: one of {', '.join(BROWSERS)}")
    with sync_api.sync_playwright() as playwright:
        yield (browser := playwright.chromium.launch(executable_path=found, args=["--no-sandbox"]))
        browser.close()


def graves(page, but: tuple[str, ...] = ()) -> list[str]:
    """Return axe's serious and critical faults of a page, a line each. but: rules that aren't looked at."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe: pip install -r requirements-browser.txt")
    found = axe.Axe().run(page, context=_LOOKED_AT, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:160]}"
        for fault in found
        if fault["impact"] in _GRAVE and fault["id"] not in but
        for node in fault["nodes"]
    ]


def fits_its_width(page) -> bool:
    """Return whether a page needs no scrolling to the side."""
    return page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
