"""The browser, for the built site."""

from tests.browser import chromium  # noqa: F401  a fixture
