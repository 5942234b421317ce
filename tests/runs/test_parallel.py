"""Units in processes of their own: what they return and raise comes out, whatever it is, and nothing hangs."""

from dataclasses import dataclass
from functools import partial

import pytest

from paddle_dip.runs.parallel import run_parallel
from paddle_dip.runs.workers import Workers

LARGE = 2**20  # bytes: more than a pipe holds


@dataclass(frozen=True)
class Item:
    title: str


class Unpicklable(Exception):
    def __init__(self, one: str, two: str):
        super().__init__(f"{one} and {two}")
        self.held = lambda: None


class Unreadable(Exception):
    """Pickled well, but made again with the wrong arguments."""

    def __init__(self, one: str, two: str):
        super().__init__(f"{one} and {two}")


def work(item: Item, *, interrupted) -> bytes:
    kinds = {"eof": EOFError, "large": ValueError, "unpicklable": Unpicklable, "unreadable": Unreadable}
    if item.title not in kinds:
        return item.title.encode() * LARGE
    raise kinds[item.title](*{"eof": ["no more"], "large": ["x" * LARGE]}.get(item.title, ["this", "that"]))


def wait_long(item: Item, *, interrupted) -> bytes:
    while not interrupted():
        pass
    raise KeyboardInterrupt


def test_what_units_return_comes_out_however_large():
    items = [Item("a"), Item("b"), Item("c")]
    found = dict(run_parallel(items, Workers(2), work=work))
    assert found == {item: item.title.encode() * LARGE for item in items}


@pytest.mark.parametrize(
    ("title", "kind", "words"),
    [
        ("eof", EOFError, "no more"),
        ("large", ValueError, "x" * LARGE),
        ("unpicklable", RuntimeError, "Unpicklable: this and that"),
        ("unreadable", RuntimeError, "Unreadable: this and that"),
    ],
)
def test_what_a_unit_raises_is_raised(title, kind, words):
    with pytest.raises(kind) as raised:
        list(run_parallel([Item(title)], Workers(1), work=work))
    assert str(raised.value) == words


def test_interrupted_it_tells_its_processes_and_waits_for_them():
    asked = iter([False, False, False, True])
    with pytest.raises(KeyboardInterrupt):
        list(run_parallel([Item("a"), Item("b")], Workers(2), work=partial(wait_long), interrupted=lambda: next(asked)))


def tell_and_work(item: Item, *, interrupted, tell) -> str:
    for number in range(3):
        tell((item.title, number))
    return item.title


def test_what_units_tell_is_heard_before_they_end():
    heard, begun = [], []
    watching = {"begun": lambda item: begun.append(item.title), "heard": lambda *told: heard.append(told)}
    for item, answer in run_parallel([Item("a"), Item("b")], Workers(2), work=tell_and_work, **watching):
        assert item.title == answer and [words for unit, words in heard if unit == item] == [(answer, n) for n in range(3)]
    assert len(heard) == 6 and begun == ["a", "b"]
