"""Files that strangers have made are read or refused in one line: no crash, no hang, no memory without bound, no code run."""

import math
import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from paddle_dip.errors import InputError
from tests.fuzz.readers import READERS, read_bytes

resource = pytest.importorskip("resource", reason="bounds memory as Unix does")
hypothesis = pytest.importorskip("hypothesis", reason="needs hypothesis (requirements-test.txt)")
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

CORPUS = sorted(path for path in (Path(__file__).parent / "corpus").rglob("*") if path.is_file())
INPUTS = int(os.environ.get("FUZZ_INPUTS", 100_000))  # of the long target, over all readers
_SECONDS, _BYTES = 20, 3 * 2**30  # that reading one file may take: of memory beside what the tests hold

_NUMBERS = [bytes(n) for n in (1, 2, 4, 8)] + [b"\xff" * n for n in (1, 2, 4, 8)] + [b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00"]
_PIECES = st.one_of(st.binary(max_size=12), st.sampled_from(_NUMBERS))


@st.composite
def damaged(draw, seeds: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Draw a sound file with pieces of it overwritten, taken out, put in or repeated; or one that is cut off."""
    suffix, data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 4))):
        place, length = draw(st.integers(0, len(data))), draw(st.integers(0, 12))
        piece = draw(_PIECES)
        kept = {"over": len(piece), "in": 0, "out": length, "rest": len(data)}[
            draw(st.sampled_from(["over", "over", "in", "out", "rest"]))
        ]
        data = data[:place] + piece + data[place + kept :]
    return suffix, data


class TooLong(BaseException):
    """No Exception: what a reader makes of those is not what is asked."""


@contextmanager
def bounded():
    """Raise MemoryError or TooLong beyond the bounds; the seconds are of this process, however busy the machine is."""

    def too_long(number, frame):
        raise TooLong(f"reading took more than {_SECONDS} s")

    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    former, limits = signal.signal(signal.SIGPROF, too_long), resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (held + _BYTES, limits[1]))
    signal.setitimer(signal.ITIMER_PROF, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def assert_read_or_refused(name: str, suffix: str, data: bytes) -> None:
    with bounded(), suppress(InputError):
        read_bytes(name, suffix, data)


def hold(name: str, inputs: int) -> None:
    @settings(max_examples=inputs, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=inputs < 1000)
    @given(damaged(READERS[name].seeds))
    def holds(file: tuple[str, bytes]) -> None:
        assert_read_or_refused(name, *file)

    holds()


@pytest.mark.parametrize("name", READERS)
def test_sound_files_are_read(name):
    for suffix, data in READERS[name].seeds:
        with suppress(InputError):  # a summary of something else, a mask without marks
            read_bytes(name, suffix, data)


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused(name):
    hold(name, 40)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_once_found_stays_mended(path, tmp_path, monkeypatch):
    """Each file of corpus/READER/ has ended a reader other than in InputError, or is of a kind that is meant to."""
    monkeypatch.chdir(tmp_path)
    assert_read_or_refused(path.parent.name, "".join(path.suffixes), path.read_bytes())
    assert not list(tmp_path.iterdir())  # the code in one of them would have made a file


@pytest.mark.fuzz
@pytest.mark.parametrize("name", READERS)
def test_many_damaged_files_are_read_or_refused(name):
    hold(name, math.ceil(INPUTS / len(READERS)))
