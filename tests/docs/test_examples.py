"""Every Python block of README and the site runs, those of a page one after another; how a fit is set is all that is changed."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import paddle_dip as dip
from paddle_dip import api
from paddle_dip.problem import task_table
from paddle_dip.solver import networks, operators
from tests.conftest import ROOT
from tests.docs.blocks import PAGES, blocks, languages
from tests.test_api import SMALL

WITH_EXAMPLES = [page for page in PAGES if blocks(page, "python")]
WRITTEN = {"README": {"large.png"}, "index": {"large.png"}, "python": {"large.png", "clean.png"}, "quality": {"out"}}


@pytest.fixture
def small_fits(tmp_path, monkeypatch):
    """A folder with photo.png; fits are small, and what an example registers is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    for name in ("super_resolve", "denoise"):
        for module in (dip, api):
            monkeypatch.setattr(module, name, partial(getattr(api, name), **SMALL))
    for module, registry in ((operators, "_TWINS"), (networks, "_NETWORKS"), (task_table, "TASKS")):
        monkeypatch.setattr(module, registry, dict(getattr(module, registry)))
    Image.fromarray(np.full((24, 32, 3), 128, np.uint8)).save("photo.png")
    Path("hubconf.py").symlink_to(ROOT / "hubconf.py")
    return tmp_path


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page, small_fits):
    before = set(small_fits.iterdir())
    names = {"__name__": "examples"}  # dataclasses look their module up
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), names)
    new = {path.name for path in set(small_fits.iterdir()) - before} - {"__pycache__"}
    assert new == WRITTEN.get(page.name.split(".")[0].removesuffix("_zh"), set())
    assert "large.png" not in new or Image.open("large.png").size == (4 * 32, 4 * 24)


def test_both_readmes_and_four_pages_have_examples():
    assert {page.name for page in WITH_EXAMPLES} >= {"README.md", "README_zh.md", "python.md", "python.zh.md", "adding.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_says_what_it_is(page):
    assert languages(page) <= {"sh", "python", "text"}
