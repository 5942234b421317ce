"""The small data."""

from tests.trained.data import pairs, photos  # noqa: F401  fixtures
