"""What a notebook needs beside Paddle: what of it is missing gets installed, Paddle itself is never touched.

AI Studio brings a Paddle made for its machines; another, installed over it, would break it.
"""

import importlib
import subprocess
import sys
from pathlib import Path

from paddle_dip.environment import check_paddle, installed_version, version_numbers

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"


def install_missing(requirements: Path = REQUIREMENTS) -> None:
    """Install what is missing, saying what; does nothing where all is there. Raises ImportError, naming the fix, without Paddle."""
    wanted = missing(requirements)
    if wanted:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        subprocess.run(command, check=True)
        importlib.invalidate_caches()
        print("installed:", ", ".join(wanted))
    check_paddle()


def missing(requirements: Path) -> list[str]:
    """Return the lines of a requirements file that nothing installed meets, Paddle's left out; none where there is no file."""
    if not requirements.exists():  # installed without a checkout: pip has seen to them
        return []
    lines = [line.strip() for line in requirements.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-", "paddlepaddle")) and not _met(line)]


def _met(line: str) -> bool:
    name, _, least = line.partition(">=")
    found = installed_version(name)
    return found is not None and version_numbers(found) >= version_numbers(least)
