"""Execute the notebooks in a clean copy of the checkout."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import nbformat
import typer
from nbclient import NotebookClient

from paddle_dip.cli.command import command_line, console, run
from paddle_dip.errors import InputError
from paddle_dip.io.files import writable_folder, write_text

_CELL_SECONDS = 1200
app = command_line()


@app.command()
def notebooks(
    out: Path = typer.Option(
        "out/notebooks", help="Folder for the executed notebooks; notebooks, to keep the outputs in the checkout."
    ),
    only: str = typer.Option(None, help="The name of one notebook, instead of all."),
) -> None:
    """Execute the notebooks as they are set, and write them with their outputs; the first cell that fails ends it."""
    found = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
    if only is not None and only not in found:
        raise InputError(f"--only must be one of {', '.join(found)}, not {only}")
    writable_folder(out)
    for path in found.values() if only is None else [found[only]]:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            copy_checkout(Path(folder, "paddle_dip"))
            executed = execute(Path(folder, "paddle_dip", "notebooks", path.name), home=Path(folder))
        write_text(out / path.name, nbformat.writes(executed).rstrip() + "\n")
        console().print(f"{out / path.name}: {time.monotonic() - begun:.0f} s", soft_wrap=True)


def copy_checkout(target: Path) -> None:
    """Copy what git tracks, and nothing else, to `target`: what a fresh clone would hold, with the changes not committed yet."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():  # one deleted and not committed is still listed
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)


def execute(path: Path, home: Path) -> nbformat.NotebookNode:
    """Return a notebook with the outputs of its cells, run beside where it lies; Jupyter's own files go below `home`."""
    notebook = nbformat.read(path, as_version=4)
    # Nothing of the user's is to stand in for what is in the copy: neither another paddle_dip nor other data.
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PADDLE_DIP_DATA")}
    ours = {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(home / "run"),
    }
    client = NotebookClient(
        notebook,
        timeout=_CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # ipykernel warns of its own local sockets
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=clean | ours)
    notebook.metadata.language_info = {"name": "python"}  # the kernel's version is no part of the notebook
    for cell in filter(lambda cell: cell.cell_type == "code", notebook.cells):
        cell.outputs = _kept(cell.outputs)
    return notebook


def _kept(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Return a cell's outputs without standard error, which has the progress of this run: that is passed on to our own."""
    said = [output for output in outputs if output.get("name") == "stderr"]
    sys.stderr.writelines(output.text for output in said)
    return [output for output in outputs if output not in said]


if __name__ == "__main__":
    run(app)
