"""The small data of the trainings, and one thread for small arrays."""

from tests.trained.conftest import _one_thread  # noqa: F401
from tests.trained.data import digit_package, made_pairs, mnist, pairs, photos, small_pairs  # noqa: F401  fixtures
