"""The split is drawn once: a run that goes on never tests with what it has learnt from."""

import pytest

from paddle_dip.trained.problem.split import Split, draw_split, kept_split

NAMES = [f"{n:02d}.png" for n in range(80)]


def test_a_split_takes_every_name_once():
    split = draw_split(NAMES, 0.2, 0)
    assert len(split.train) == 64 and len(split.test) == 16
    assert sorted(split.train + split.test) == NAMES
    assert split == draw_split(NAMES[::-1], 0.2, 0) != draw_split(NAMES, 0.2, 1)


@pytest.mark.parametrize(("count", "share", "sizes"), [(2, 0.2, (1, 1)), (3, 0.9, (1, 2)), (5, 0.01, (4, 1))])
def test_neither_side_is_ever_empty(count, share, sizes):
    split = draw_split(NAMES[:count], share, 0)
    assert (len(split.train), len(split.test)) == sizes


def test_one_sample_cannot_be_split():
    with pytest.raises(ValueError, match="at least 2"):
        draw_split(NAMES[:1], 0.2, 0)


def test_a_split_stays_as_it_was_whatever_comes_later(tmp_path):
    first = kept_split(tmp_path / "split.json", NAMES[:10], 0.2, 0)
    assert kept_split(tmp_path / "split.json", NAMES, 0.5, 1) == first
    with pytest.raises(ValueError, match="no longer in the data"):
        kept_split(tmp_path / "split.json", NAMES[5:], 0.2, 0)
    (tmp_path / "split.json").write_text("{}")
    with pytest.raises(ValueError, match="can't be read as a split"):
        kept_split(tmp_path / "split.json", NAMES, 0.2, 0)


def test_nothing_held_out_is_everything_in_both():
    assert draw_split(["b", "a"], 0, 1) == Split(("a", "b"), ("a", "b"))
    assert draw_split(["a"], 0, 1) == Split(("a",), ("a",))
