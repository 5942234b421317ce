"""The command that serves the page: what is refused, and what is said where Gradio isn't installed."""

import pytest

from paddle_dip.cli import serve as module
from paddle_dip.errors import InputError
from tests.conftest import assert_refused, command


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port", 0), "--port must be between 1 and 65535"),
        (("--jobs", 0), "--jobs must be at least 1"),
        (("--queue", -1), "--queue must be at least 0"),
        (("--max-upload", 0), "--max-upload must be above 0"),
        (("--keep-minutes", "nan"), "--keep-minutes must be above 0"),
    ],
)
def test_bad_options_are_refused(options, words):
    assert_refused(command("-m", "paddle_dip", "serve", *options), words)


def test_without_gradio_the_fix_is_named(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    options = {"host": "127.0.0.1", "port": 7860, "jobs": 1, "queue": 1, "max_pixels": 1, "max_steps": 1}
    options |= {"max_upload": 1.0, "keep_minutes": 1.0}
    with pytest.raises(InputError, match=r"isn't installed; fix: pip install 'gradio>=6.0,<7'"):
        module.serve(**options, browser=False)
