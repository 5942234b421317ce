"""README fits on a page, and what was there is on the site, in both languages."""

import re

import pytest

from tests.conftest import ROOT

LONGEST = 130  # lines
# Measured records, which are tables for the most part: the site's Chinese part shows them in English.
ENGLISH_ONLY = {"parity", "quality", "tasks"}


@pytest.mark.parametrize("name", ["README.md", "README_zh.md"])
def test_readme_fits_on_a_page(name):
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_page_has_its_chinese_one():
    names = {path.name.split(".")[0] for path in (ROOT / "docs").glob("*.md")}
    chinese = {path.name.split(".")[0] for path in (ROOT / "docs").glob("*.zh.md")}
    assert names - chinese == ENGLISH_ONLY


@pytest.mark.parametrize("name", ["README.md", "README_zh.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_to_one(name):
    linked = re.findall(r"\]\(([^):#]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [path for path in linked if not (ROOT / path).exists()] == []


def test_readme_leads_to_every_page():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md") if ".zh." not in path.name} - {"index.md"}
    assert [page for page in sorted(pages) if f"docs/{page}" not in text] == []
