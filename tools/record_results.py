"""Put what one or several runs of the benchmark restored into results/, one table with its provenance."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, run
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.results import write_rows

app = command_line()


@app.command()
def record(
    runs: list[Path] = typer.Argument(help="Folders of benchmark runs, or CSV files recorded earlier; the last one's images win."),
    name: str = typer.Option(help="Name of the result, such as set14_x8_fast."),
    results: Path = typer.Option(ROOT / "results", help="Folder of results."),
) -> None:
    """Write NAME.csv and NAME.json; `tools/update_readme.py` then brings them into README and docs/."""
    rows, summary = joined([read_part(path) for path in runs])
    writable_folder(results)
    write_rows(results / f"{name}.csv", rows)
    write_json(results / f"{name}.json", summary)
    console().print(f"{name}: {summary['images']} images, mean {summary['mean_psnr_y']:.3f} dB", soft_wrap=True)


if __name__ == "__main__":
    run(app)
