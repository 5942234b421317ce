"""The browser, for the pages."""

from tests.browser import chromium  # noqa: F401  a fixture
