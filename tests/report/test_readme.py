"""No figure of README's tables is typed: they are what the result files say."""

import pytest

from paddle_dip.report.readme import fill
from tests.conftest import command


def test_the_tables_are_those_of_the_result_files():
    result = command("tools/update_readme.py", "--check")
    assert result.returncode == 0, result.stderr


def test_fill_replaces_what_stands_between_the_markers():
    assert fill("a\n<!-- t -->\nold\n<!-- /t -->\nb", "t", "new") == "a\n<!-- t -->\nnew\n<!-- /t -->\nb"


def test_a_missing_marker_is_an_error():
    with pytest.raises(ValueError, match="must stand once"):
        fill("no table here", "t", "new")
