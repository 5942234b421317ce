"""Fill README's tables from the files in results/."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.command import command_line, run
from paddle_dip.files import write_text
from paddle_dip.report.readme import benchmark_markdown, fill, speed_markdown

app = command_line()


@app.command()
def update(
    check: bool = typer.Option(False, "--check", help="Change nothing; fail where a table differs from its results."),
) -> None:
    """Fill the tables of README.md and README_zh.md."""
    results = ROOT / "results"
    tables = {
        "embedded": benchmark_markdown(results, "embedded_*.csv"),
        "table": benchmark_markdown(results, "set*_x*.csv"),
        "speed": speed_markdown(results),
    }
    for path in (ROOT / "README.md", ROOT / "README_zh.md"):
        text = filled = path.read_text(encoding="utf-8")
        for marker, content in tables.items():
            filled = fill(filled, marker, content)
        if check and filled != text:
            raise ValueError(f"{path.name} differs from results/: run tools/update_readme.py")
        if not check:
            write_text(path, filled)


if __name__ == "__main__":
    run(app)
