"""The code blocks of README and of the site's pages, and the commands that a shell makes of them."""

import subprocess
from pathlib import Path

from markdown_it import MarkdownIt

from tests.conftest import ROOT

PAGES = [
    *(ROOT / name for name in ("README.md", "README_zh.md", "CONTRIBUTING.md", "datas/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
_PROGRAMS = ("python", "pip", "make", "grep", "cp", "npm", "tar")  # all that the pages call
# Notes its own name and words, and does nothing. The separators are ASCII's own. Written at once: those of a pipe run side by side.
_STUB = """#!/bin/sh
line="${0##*/}"
for word; do line="$line$(printf '\\037')$word"; done
printf '%s\\036' "$line" >> "$NOTED"
"""


def blocks(page: Path, language: str) -> list[str]:
    """Return a page's code blocks of a language: "sh", of which indented blocks are too, "python" or "text"."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    named = [("sh" if token.type == "code_block" else token.info.strip(), token.content) for token in tokens if _is_code(token)]
    return [content for name, content in named if name == language]


def languages(page: Path) -> set[str]:
    """Return the languages of a page's fenced blocks."""
    return {token.info.strip() for token in MarkdownIt().parse(page.read_text(encoding="utf-8")) if token.type == "fence"}


def commands(page: Path, folder: Path) -> list[list[str]]:
    """Return what a shell calls when it runs all of a page's commands in `folder`, nothing of which is really done.

    The shell itself resolves variables, loops and continued lines; it fails at what is no program of the project's.
    """
    script = "\n".join(blocks(page, "sh"))
    noted = folder / "noted"
    noted.touch()
    for place in (folder / "bin", folder / ".venv/bin"):
        place.mkdir(parents=True)
        for program in _PROGRAMS:
            (place / program).write_text(_STUB)
            (place / program).chmod(0o755)
    found = {"PATH": str(folder / "bin"), "NOTED": str(noted), "PADDLE_DIP_DATA": "DATA", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=found,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{page.name}: {done.stderr}"
    return [line.split("\x1f") for line in noted.read_text(encoding="utf-8").split("\x1e") if line]


def _is_code(token) -> bool:
    return token.type in ("fence", "code_block")
