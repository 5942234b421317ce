"""Feed the readers of files with what Atheris, libFuzzer for Python, makes of sound files, led by the code that is reached."""

import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import atheris

READING = ["paddle_dip.io", "paddle_dip.report", "paddle_dip.runs", "PIL", "tifffile", "csv", "json"]

with atheris.instrument_imports(include=READING):
    from paddle_dip.errors import InputError
    from tests.fuzz.readers import READERS, read_bytes


def main() -> None:
    """Usage: python tools/fuzz_readers.py READER [options of libFuzzer, as -runs=20000]."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in READERS:
        sys.exit(f"error: the reader must be one of {', '.join(READERS)}, not {name!r}")
    suffixes = sorted({suffix for suffix, _ in READERS[name].seeds})

    def read(data: bytes) -> None:
        """The first byte says by which name the rest is read."""
        with suppress(InputError):
            read_bytes(name, suffixes[data[0] % len(suffixes)] if data else suffixes[0], data[1:])

    folder = ROOT / "out" / "fuzz" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, (suffix, data) in enumerate(READERS[name].seeds):
        (folder / f"seed_{number}").write_bytes(bytes([suffixes.index(suffix)]) + data)
    read((folder / "seed_0").read_bytes())  # loads what is loaded at first use: that may take longer than an input may
    atheris.Setup(
        [sys.argv[0], *sys.argv[2:], "-timeout=20", "-rss_limit_mb=3000", f"-artifact_prefix={folder}/", str(folder)], read
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
