"""paddle_dip/io/download.py and tools/fetch_data.py, against a server on this machine: no network, no real image."""

import hashlib
import os
import random
import runpy
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from paddle_dip.io import download
from paddle_dip.io.download import Connection, Damaged, Remote, Unreachable, benchmark_files, fetch_all
from tests.conftest import ROOT, assert_refused, process

CONTENT = random.Random(0).randbytes(100_000)
OTHER = random.Random(1).randbytes(50_000)
PAUSES = (0.0, 0.0)


@dataclass
class Server:
    """A server's files and manners. requests: (path, Range header, bytes sent) of each answer so far."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: str = "honoured"  # or "ignored", "refused", "shifted"
    errors: list[int] = field(default_factory=list)  # codes of the first answers
    cut_after: list[int] = field(default_factory=list)  # bytes after which the first answers break off
    requests: list[tuple[str, str | None, int]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    state: Server

    def do_GET(self) -> None:
        state, asked = self.state, self.headers.get("Range")
        content = next((data for name, data in state.files.items() if self.path.endswith(f"/{name}")), None)
        if state.errors or content is None:
            return self._answer(state.errors.pop(0) if state.errors else 404, b"no", asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if asked is None or state.ranges == "ignored":
            return self._answer(200, content, asked)
        if state.ranges == "refused" or start >= len(content):
            return self._answer(416, b"", asked)
        start = start + 10 if state.ranges == "shifted" else start
        self._answer(206, content[start:], asked, f"bytes {start}-{len(content) - 1}/{len(content)}")

    def _answer(self, code: int, body: bytes, asked: str | None, content_range: str | None = None) -> None:
        sent = body[: self.state.cut_after.pop(0)] if self.state.cut_after else body
        self.state.requests.append((self.path, asked, len(sent)))
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *words) -> None:
        pass


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")  # a proxy of the machine's must not come between
    state = Server(files={"a.png": CONTENT, "b.png": OTHER})
    handler = type("BoundHandler", (Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        state.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        http.shutdown()
        thread.join()


@pytest.fixture
def closed_url(monkeypatch) -> str:
    """The address of a port where nobody listens."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def remote(content: bytes = CONTENT, name: str = "a.png") -> Remote:
    return Remote(f"Set14/{name.replace('.', '_GT.')}", f"data/{name}", hashlib.sha256(content).hexdigest())


def fetch(folder: Path, url: str, *remotes: Remote) -> list[str]:
    lines: list[str] = []
    fetch_all(remotes or [remote()], folder, Connection(url, 5.0, PAUSES), announce=lines.append)
    return lines


def place(folder: Path, name: str, content: bytes) -> Path:
    path = folder / "Set14" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_downloads_every_file(server, tmp_path):
    lines = fetch(tmp_path, server.url + "/", remote(), remote(OTHER, "b.png"))
    assert files_below(tmp_path) == {"a_GT.png": CONTENT, "b_GT.png": OTHER}
    assert server.requests == [("/data/a.png", None, 100_000), ("/data/b.png", None, 50_000)]
    assert lines == ["Set14/a_GT.png: downloaded", "Set14/b_GT.png: downloaded"]


def test_two_that_fetch_into_one_folder_fetch_each_file_once(server, tmp_path):
    both = remote(), remote(OTHER, "b.png")
    with ThreadPoolExecutor(2) as threads:
        lines = sum(threads.map(lambda _: fetch(tmp_path, server.url, *both), range(2)), [])
    assert files_below(tmp_path) == {"a_GT.png": CONTENT, "b_GT.png": OTHER} and len(server.requests) == 2
    assert sorted(line.split(": ")[1] for line in lines) == ["already there"] * 2 + ["downloaded"] * 2


def test_file_with_the_right_checksum_is_not_fetched_again(server, tmp_path):
    place(tmp_path, "a_GT.png", CONTENT)
    assert fetch(tmp_path, server.url) == ["Set14/a_GT.png: already there"]
    assert server.requests == []


def test_file_with_a_wrong_checksum_is_replaced(server, tmp_path):
    place(tmp_path, "a_GT.png", b"something else")
    assert "replaced" in fetch(tmp_path, server.url)[0]
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


def test_partial_file_is_continued(server, tmp_path):
    place(tmp_path, "a_GT.png.part", CONTENT[:60_000])
    assert "continued at byte 60000" in fetch(tmp_path, server.url)[0]
    assert server.requests == [("/data/a.png", "bytes=60000-", 40_000)]
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


def test_whole_partial_file_needs_no_request(closed_url, tmp_path):
    place(tmp_path, "a_GT.png.part", CONTENT)
    fetch(tmp_path, closed_url)
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


@pytest.mark.parametrize("ranges", ["ignored", "refused", "shifted"])
def test_server_without_proper_ranges_sends_the_whole_file(server, tmp_path, ranges):
    place(tmp_path, "a_GT.png.part", CONTENT[:60_000])
    server.ranges = ranges
    fetch(tmp_path, server.url)
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}
    assert server.requests[-1][2] == 100_000


@pytest.mark.parametrize("left", [OTHER, CONTENT + b"more"], ids=["other bytes", "too long"])
def test_partial_file_of_something_else_is_dropped(server, tmp_path, left):
    place(tmp_path, "a_GT.png.part", left)
    fetch(tmp_path, server.url)
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


def test_broken_connection_is_continued(server, tmp_path):
    server.cut_after = [30_000]
    assert "broke after 30000 of 100000 bytes" in fetch(tmp_path, server.url)[0]
    assert server.requests == [("/data/a.png", None, 30_000), ("/data/a.png", "bytes=30000-", 70_000)]
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


def test_what_arrived_stays_for_the_next_run(server, tmp_path):
    server.cut_after = [10_000, 10_000, 10_000]
    with pytest.raises(Unreachable):
        fetch(tmp_path, server.url)
    assert files_below(tmp_path) == {"a_GT.png.part": CONTENT[:30_000]}
    fetch(tmp_path, server.url)
    assert server.requests[-1] == ("/data/a.png", "bytes=30000-", 70_000)


def test_damaged_download_is_deleted_and_named_and_the_others_are_fetched(server, tmp_path):
    server.files["a.png"] = wrong = CONTENT[:-1] + b"?"
    with pytest.raises(Damaged) as caught:
        fetch(tmp_path, server.url, remote(), remote(OTHER, "b.png"))
    for part in ("a_GT.png", remote().sha256, hashlib.sha256(wrong).hexdigest()):
        assert part in str(caught.value)
    assert files_below(tmp_path) == {"b_GT.png": OTHER}


def test_damaged_download_leaves_the_file_there_was(server, tmp_path):
    place(tmp_path, "a_GT.png", b"mine")
    server.files["a.png"] = b"wrong"
    with pytest.raises(Damaged):
        fetch(tmp_path, server.url)
    assert files_below(tmp_path) == {"a_GT.png": b"mine"}


def test_passing_server_error_is_tried_again(server, tmp_path):
    server.errors = [503, 429]
    lines = fetch(tmp_path, server.url)
    assert [line for line in lines if "next attempt" in line] == lines[:2]
    assert files_below(tmp_path) == {"a_GT.png": CONTENT}


def test_lasting_server_error_ends_after_three_attempts(server, tmp_path):
    server.errors = [500] * 5
    with pytest.raises(Unreachable, match="/data/a.png: the server answered 500"):
        fetch(tmp_path, server.url)
    assert len(server.requests) == 3


def test_missing_file_is_asked_for_once(server, tmp_path):
    server.files.clear()
    with pytest.raises(Unreachable, match="404"):
        fetch(tmp_path, server.url)
    assert len(server.requests) == 1


def test_closed_port_names_the_url(closed_url, tmp_path):
    with pytest.raises(Unreachable, match=f"couldn't fetch {closed_url}/data/a.png: no connection"):
        fetch(tmp_path, closed_url)


def test_silent_server_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(Unreachable, match="timed out"):
            fetch_all([remote()], tmp_path, Connection(url, 0.05, PAUSES), announce=str)


def test_table_numbers_the_images_in_alphabetical_order():
    remotes = benchmark_files()
    for name, count in (("Set14", 14), ("Set5", 5)):
        chosen = sorted(item.path for item in remotes if item.path.startswith(f"{name}/"))
        sources = {item.path: item.source for item in remotes}
        numbered = [f"data/{name}/image_SRF_4/img_{number:03d}_SRF_4_HR.png" for number in range(1, count + 1)]
        assert [sources[path] for path in chosen] == numbered


def test_readme_lists_every_file_with_its_number_and_checksum():
    rows = (ROOT / "datas" / "README.md").read_text(encoding="utf-8").splitlines()
    for item in benchmark_files():
        name, number = Path(item.path).name, Path(item.source).name[4:7]
        assert any(all(part in row for part in (f"`{name}`", f" {number} ", item.sha256)) for row in rows), item.path


def test_table_holds_the_checksums_of_the_real_images(data_folder):
    for item in benchmark_files():
        assert hashlib.sha256((data_folder / "sr" / item.path).read_bytes()).hexdigest() == item.sha256


def run_tool(monkeypatch, *words: str) -> int:
    """Return the exit code of tools/fetch_data.py with two small files as its table and no pause between attempts."""
    monkeypatch.setattr(download, "benchmark_files", lambda: [remote(), remote(OTHER, "b.png")])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", ["fetch_data.py", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "tools" / "fetch_data.py"), run_name="__main__")
    return ended.value.code


def test_command_downloads(server, tmp_path, monkeypatch, capsys):
    assert run_tool(monkeypatch, "--out", str(tmp_path), "--base-url", server.url) == 0
    assert files_below(tmp_path) == {"a_GT.png": CONTENT, "b_GT.png": OTHER}
    assert "All 2 images" in capsys.readouterr().out


def test_command_says_what_to_do_offline(closed_url, tmp_path, monkeypatch, capsys):
    assert run_tool(monkeypatch, "--out", str(tmp_path), "--base-url", closed_url) == 2
    (line,) = capsys.readouterr().err.splitlines()
    for part in (f"{closed_url}/data/a.png", str(tmp_path / "Set14" / "NAME_GT.png"), "by hand", "--data embedded"):
        assert part in line


@pytest.mark.parametrize(
    ("words", "part"),
    [(("--sets", "Set15"), "--sets"), (("--timeout", "0"), "--timeout"), (("--base-url", "file:///images"), "--base-url")],
)
def test_command_names_a_bad_option(tmp_path, monkeypatch, capsys, words, part):
    assert run_tool(monkeypatch, "--out", str(tmp_path), *words) == 2
    assert part in capsys.readouterr().err


def test_command_goes_through_the_proxy_of_the_environment_and_refuses_wrong_bytes(server, tmp_path):
    server.files = {"img_001_SRF_4_HR.png": b"a page of the proxy's"}
    environment = {**os.environ, "http_proxy": server.url, "no_proxy": ""}
    words = ("--sets", "Set5", "--base-url", "http://images.invalid", "--out", tmp_path)
    result = process("tools/fetch_data.py", *words, env=environment)
    assert_refused(result, "http://images.invalid/data/Set5/image_SRF_4/img_002_SRF_4_HR.png", "404")
    assert server.requests[0][0] == "http://images.invalid/data/Set5/image_SRF_4/img_001_SRF_4_HR.png"
    assert "baby_GT.png: wrong checksum" in result.stdout and files_below(tmp_path) == {}
