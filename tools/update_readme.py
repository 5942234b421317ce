"""Fill the tables of README and docs/ from the files in results/, and draw the plot of quality against time."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, run
from paddle_dip.errors import InputError
from paddle_dip.evaluation.study.table import stops_table, study_table
from paddle_dip.io.files import write_json, write_text
from paddle_dip.report.quality_plot import quality_plot, recorded_quality
from paddle_dip.report.readme import benchmark_markdown, fill, speed_markdown, summary_markdown
from paddle_dip.report.task_results import baselines_markdown, compared_markdown, recorded_markdown

_LANGUAGES = ("", ".zh")  # of the pages of docs/, by the ends of their names
app = command_line()


@app.command()
def update(
    check: bool = typer.Option(False, "--check", help="Change nothing; fail where a table differs from its results."),
) -> None:
    """Fill the tables of README.md, README_zh.md and docs/, note what the report's plot has, and draw docs/images/quality.svg."""
    results = ROOT / "results"
    embedded = {"embedded": benchmark_markdown(results, "embedded_*.csv")}
    table, speed = {"table": benchmark_markdown(results, "set*_x*.csv")}, {"speed": speed_markdown(results)}
    runs = {"runs": study_table(results / "tasks"), "stops": stops_table(results / "tasks")}
    pixels = {"pixels": study_table(results / "study_pixels"), "pixels-stops": stops_table(results / "study_pixels")}
    set5, photos = results / "study_set5_x8", results / "study_photos_x8"
    study = {"study": study_table(set5), "study-photos": study_table(photos), "study-x4": study_table(results / "study_set5_x4")}
    stops = {"study-stops": stops_table(set5), "study-photos-stops": stops_table(photos)}
    tables = {
        "README.md": {"summary": summary_markdown(results, "en")},
        "README_zh.md": {"summary": summary_markdown(results, "zh")},
        **{f"docs/index{language}.md": embedded for language in _LANGUAGES},
        **{f"docs/benchmark{language}.md": table for language in _LANGUAGES},
        **{f"docs/performance{language}.md": speed for language in _LANGUAGES},
        "docs/quality.md": study | stops,
        "docs/tasks.md": runs | pixels | {"recorded": recorded_markdown(results)},
        "docs/limits.md": {"baselines": baselines_markdown(results), "compared": compared_markdown(results, "denoise-25")},
    }
    for name, contents in tables.items():
        text = filled = (ROOT / name).read_text(encoding="utf-8")
        for marker, content in contents.items():
            filled = fill(filled, marker, content)
        if check and filled != text:
            raise InputError(f"{name} differs from results/: run tools/update_readme.py")
        if not check:
            write_text(ROOT / name, filled)
    recorded, quality = ROOT / "paddle_dip/report/recorded_quality.json", recorded_quality(results)
    if check and json.loads(recorded.read_text(encoding="utf-8")) != quality:
        raise InputError(f"{recorded.name} differs from results/: run tools/update_readme.py")
    if not check:
        write_json(recorded, quality)
        # Not compared: another Matplotlib draws the same runs with other bytes.
        write_text(ROOT / "docs/images/quality.svg", quality_plot(results, "set14", 8))


if __name__ == "__main__":
    run(app)
