"""Which samples a network learns from and which it is tested with: drawn once, written down, and never drawn again for a run."""

from dataclasses import asdict, dataclass
from pathlib import Path

from paddle_dip.errors import InputError
from paddle_dip.io.files import read_json, write_json
from paddle_dip.trained.problem.randomness import generator


@dataclass(frozen=True)
class Split:
    """Names, each in one of the two, or all in both where nothing is held out."""

    train: tuple[str, ...]
    test: tuple[str, ...]


def draw_split(names: list[str], test_share: float, seed: int) -> Split:
    """Return a split with `test_share` of the names, at least one, to test with; raises InputError for fewer than two names.

    A share of 0 tests with the very samples learnt from: all are in both parts.
    """
    if test_share == 0:
        return Split(tuple(sorted(names)), tuple(sorted(names)))
    if len(names) < 2:
        raise InputError(f"at least 2 samples are needed, one to learn from and one to test with, not {len(names)}")
    drawn = [sorted(names)[i] for i in generator(seed, "split").permutation(len(names))]
    count = min(max(round(test_share * len(names)), 1), len(names) - 1)
    return Split(tuple(sorted(drawn[count:])), tuple(sorted(drawn[:count])))


def kept_split(path: Path, names: list[str], test_share: float, seed: int) -> Split:
    """Return the split written at `path`, drawn and written first where there is none.

    Names that came since are left out of both; raises InputError where one of the split's is missing, or the file isn't a split.
    """
    if not Path(path).exists():
        split = draw_split(names, test_share, seed)
        write_json(path, asdict(split))
        return split
    try:
        content = read_json(path)
        split = Split(tuple(content["train"]), tuple(content["test"]))
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} can't be read as a split") from None
    missing = sorted({*split.train, *split.test} - set(names))
    if missing:
        raise InputError(f"{missing[0]} is in {path} but no longer in the data ({len(missing)} are missing)")
    return split
