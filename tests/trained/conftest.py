"""One thread for small arrays, and the small data."""

import pytest

from tests.trained.data import digit_package, made_pairs, mnist, pairs, photos, small_pairs  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    pass
