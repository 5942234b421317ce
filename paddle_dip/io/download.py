"""Downloads checked against a sha256, continued where an earlier attempt stopped.

Why not pooch: it checks the sha256 too, but begins every file anew. Python's urllib suffices; it takes the environment's proxies.
"""

import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from paddle_dip.io.files import held, writable_folder
from paddle_dip.problem.ground_truth import checksums, sha256

BASE_URL = "https://raw.githubusercontent.com/jbhuang0604/SelfExSR/master"
_BLOCK = 1 << 14  # bytes; what a broken connection can lose
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # HTTP answers that a later attempt may not get
_RANGE_NOT_SATISFIABLE = 416
_Answer = HTTPResponse | urllib.error.HTTPError


class Unreachable(OSError):
    """A URL that gave no whole file, after all attempts."""


class Damaged(ValueError):
    """A download whose bytes aren't the expected ones."""


@dataclass(frozen=True)
class Remote:
    """A file to fetch. path: where it goes, below the output folder; source: where it is, below the base URL."""

    path: str
    source: str
    sha256: str


@dataclass(frozen=True)
class Connection:
    """How to fetch. timeout: seconds a server may stay silent; pauses: seconds before the second, third ... attempt."""

    base_url: str = BASE_URL
    timeout: float = 20.0
    pauses: tuple[float, ...] = (1.0, 3.0)


class _Failure(Exception):
    """One failed attempt. passing: whether another attempt makes sense."""

    def __init__(self, reason: str, *, passing: bool = True):
        super().__init__(reason)
        self.passing = passing


def benchmark_files() -> list[Remote]:
    """Return the images of Set14 and Set5."""
    return [Remote(path, entry["source"], entry["sha256"]) for path, entry in checksums().items()]


def fetch_all(remotes: Iterable[Remote], folder: Path, connection: Connection, *, announce: Callable[[str], object]) -> None:
    """Fetch the files that `folder` lacks, with a line to `announce` for each.

    Raises Unreachable at the first file that can't be had, Damaged, after the other files, for those with the wrong bytes.
    """
    damaged = []
    for remote in remotes:
        try:
            announce(f"{remote.path}: {fetch(remote, folder, connection, announce=announce)}")
        except Damaged as error:
            damaged.append(str(error))
            announce(f"{remote.path}: wrong checksum, deleted")
    if damaged:
        raise Damaged("; ".join(damaged))


def fetch(remote: Remote, folder: Path, connection: Connection, *, announce: Callable[[str], object]) -> str:
    """Return, in words, what it took to have `remote` in `folder` with the right checksum. Raises Unreachable and Damaged."""
    path = Path(folder) / remote.path
    if _sha256(path) == remote.sha256:
        return "already there"
    with held(writable_folder(Path(folder)), meanwhile=lambda: None):
        return _fetched(remote, path, connection, announce)


def _fetched(remote: Remote, path: Path, connection: Connection, announce: Callable[[str], object]) -> str:
    if _sha256(path) == remote.sha256:  # another process has fetched it while we waited
        return "already there"
    replaces = path.exists()
    writable_folder(path.parent)
    part = path.with_name(path.name + ".part")
    url = f"{connection.base_url.rstrip('/')}/{remote.source}"
    start = _size(part)
    if _sha256(part) != remote.sha256:
        _download(url, part, connection, announce)
    if start and _sha256(part) != remote.sha256:
        part.unlink()  # what an earlier run left may be the damaged piece: once more from the beginning
        start = 0
        _download(url, part, connection, announce)
    _accept(part, path, url, remote.sha256)
    words = "replaced, its checksum was wrong" if replaces else "downloaded"
    return f"{words} (continued at byte {start})" if start else words


def _accept(part: Path, path: Path, url: str, expected: str) -> None:
    found = _sha256(part)
    if found != expected:
        part.unlink()
        raise Damaged(f"{path}: wrong checksum of the download from {url}: expected sha256 {expected}, found {found}")
    os.replace(part, path)


def _download(url: str, part: Path, connection: Connection, announce: Callable[[str], object]) -> None:
    """Append to `part` what it lacks, in as many attempts as allowed; what has arrived stays when they all fail."""
    for pause in (*connection.pauses, None):
        try:
            return _attempt(url, part, connection.timeout)
        except _Failure as failure:
            if pause is None or not failure.passing:
                raise Unreachable(f"couldn't fetch {url}: {failure}") from None
            announce(f"{url}: {failure}; next attempt in {pause:g} s")
        time.sleep(pause)


def _attempt(url: str, part: Path, timeout: float) -> None:
    start = _size(part)
    with _answer(url, start, timeout) as answer:
        if start == 0 or answer.status == 200 or _continues(answer, start):
            # 200 to a request for a range: the server ignores ranges and sends the whole file.
            return _receive(answer, part, append=start > 0 and answer.status == 206)
    part.unlink()
    _attempt(url, part, timeout)


def _answer(url: str, start: int, timeout: float) -> _Answer:
    """Return the server's answer for the bytes from `start` on, a 416 included; raises _Failure for any other error."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        return urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if start and error.code == _RANGE_NOT_SATISFIABLE:
            return error
        error.close()
        raise _Failure(f"the server answered {error.code} {error.reason}", passing=error.code in _PASSING) from None
    except urllib.error.URLError as error:
        raise _Failure(f"no connection ({error.reason})") from None
    except (OSError, HTTPException) as error:
        raise _Failure(f"the connection failed ({str(error) or type(error).__name__})") from None


def _continues(answer: _Answer, start: int) -> bool:
    return answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _receive(answer: _Answer, part: Path, *, append: bool) -> None:
    received = 0
    with part.open("ab" if append else "wb") as file:
        while block := _read(answer):
            file.write(block)
            received += len(block)
    # Python's read(n) doesn't tell a connection that broke from the end of the file.
    announced = int(answer.headers.get("Content-Length", received))
    if received < announced:
        raise _Failure(f"the connection broke after {received} of {announced} bytes")


def _read(answer: _Answer) -> bytes:
    try:
        return answer.read(_BLOCK)
    except (OSError, HTTPException) as error:
        raise _Failure(f"the connection broke ({str(error) or type(error).__name__})") from None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sha256(path: Path) -> str | None:
    return sha256(path) if path.is_file() else None
