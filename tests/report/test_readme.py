"""No figure of README's tables is typed: they are what the result files say."""

import re

import pytest

from paddle_dip.report.readme import fill
from tests.conftest import ROOT, command


def test_the_tables_are_those_of_the_result_files():
    result = command("tools/update_readme.py", "--check")
    assert result.returncode == 0, result.stderr


def test_fill_replaces_what_stands_between_the_markers():
    assert fill("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new") == "a\n<!-- t -->\nnew\n<!-- /t -->\nb"


def test_a_missing_marker_is_an_error():
    with pytest.raises(ValueError, match="must stand once"):
        fill("no table here", "t", "new")


@pytest.mark.parametrize("path", sorted((ROOT / "results").rglob("*.json")), ids=lambda path: path.stem)
def test_no_result_names_a_folder_of_the_machine_that_made_it(path):
    assert not re.findall(r'"(?:/|[A-Z]:)[^"]*"', path.read_text())
