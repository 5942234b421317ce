"""The small data."""

from tests.trained.data import made_pairs, pairs, photos  # noqa: F401  fixtures
