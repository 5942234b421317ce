"""Values drawn ahead are the values drawn in turn, whatever happens to the thread; and no thread is left."""

import os
import signal
import threading
import time
from functools import partial
from itertools import islice

import numpy as np
import pytest

from paddle_dip.problem.draw_ahead import drawn_ahead
from paddle_dip.problem.randomness import step_noise

DRAW = partial(step_noise, (3, 40, 30), 5)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "draw-ahead"]


@pytest.fixture
def foreground():
    """Ctrl-C counts, also where the tests run in a shell's background, which ignores it."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@pytest.mark.parametrize("steps", [range(7), range(4, 9), range(8, 9), range(3, 3), range(1, 9, 3)], ids=str)
def test_the_values_are_those_drawn_in_turn(steps):
    values = list(drawn_ahead(DRAW, steps))
    assert len(values) == len(steps)
    for step, value in zip(steps, values, strict=True):
        np.testing.assert_array_equal(value, DRAW(step))
    assert not threads()


def test_the_next_value_is_drawn_by_a_thread_while_the_caller_works():
    drew, begun = {}, threading.Event()

    def draw(step: int) -> int:
        drew[step] = threading.current_thread().name
        if step == 1:
            begun.set()
        return step

    values = drawn_ahead(draw, range(3))
    assert next(values) == 0
    assert begun.wait(10)  # nobody has asked for it yet
    assert list(values) == [1, 2]
    assert drew == {0: threading.current_thread().name, 1: "draw-ahead", 2: "draw-ahead"}


@pytest.mark.parametrize("leave", ["close", "drop", "error"])
def test_no_thread_is_left_where_the_caller_leaves_off(leave):
    def slow(step: int) -> int:
        time.sleep(0.3 if step else 0)  # the first is drawn here, while the thread is at the second
        return step

    def worked() -> None:
        for value in drawn_ahead(slow, range(100)):
            if value == 2:
                raise ArithmeticError

    if leave == "error":
        with pytest.raises(ArithmeticError):
            worked()
    else:
        values = drawn_ahead(slow, range(100))
        next(values)
        assert threads()
        if leave == "close":
            values.close()
        del values
    time.sleep(0.1)
    assert not threads()


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="needs signals")
@pytest.mark.usefixtures("foreground")
def test_ctrl_c_ends_the_caller_and_the_thread():
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for value in drawn_ahead(lambda step: step, range(100)):
            seen.append(value)
            if value == 3:
                signal.raise_signal(signal.SIGINT)
    time.sleep(0.1)
    assert seen == [0, 1, 2, 3] and not threads()


def test_an_error_of_the_draw_is_the_callers():
    def draw(step: int) -> int:
        if step == 2:
            raise MemoryError("no room for step 2")
        return step

    values, seen = drawn_ahead(draw, range(5)), []
    with pytest.raises(MemoryError, match="step 2"):
        for value in values:
            seen.append(value)
    assert seen == [0, 1]


def test_what_fails_once_is_drawn_again():
    failures = [OSError("passing")]

    def draw(step: int) -> int:
        if step == 1 and failures:
            raise failures.pop()
        return step

    assert list(drawn_ahead(draw, range(3))) == [0, 1, 2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_goes_on_with_the_same_values():
    """The thread stays behind in the parent, at work or done."""

    def draw(step: int) -> np.ndarray:
        time.sleep(0.05)
        return DRAW(step)

    values = drawn_ahead(draw, range(6))
    next(values)
    child = os.fork()
    if not child:
        same = all(np.array_equal(value, DRAW(step)) for step, value in zip((1, 2, 3), islice(values, 3), strict=True))
        os._exit(0 if same else 1)
    for step in (1, 2, 3, 4, 5):
        np.testing.assert_array_equal(next(values), DRAW(step))
    assert os.waitpid(child, 0)[1] == 0
