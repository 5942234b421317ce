"""One thread for small arrays, and the small data."""

import pytest

from tests.trained.data import made_pairs, mnist, pairs, photos, small_pairs  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def _one_thread():
    """On arrays of this size threads mostly wait for each other, and for minutes where another program has the cores."""
    import paddle

    from paddle_dip.environment import thread_count

    paddle.base.core.set_num_threads(1)
    yield
    paddle.base.core.set_num_threads(thread_count())
