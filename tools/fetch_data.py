"""Download the benchmark's images, Set14 and Set5, into datas/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, run
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.io.download import BASE_URL, Connection, Remote, Unreachable, benchmark_files, fetch_all

SETS = ("Set14", "Set5")
app = command_line()


@app.command()
def fetch_data(
    out: Path = typer.Option("datas/sr", help="Folder for the images; each set gets a folder in it."),
    base_url: str = typer.Option(BASE_URL, help="Where the source repository's files are."),
    sets: str = typer.Option(",".join(SETS), help="Names of the sets, separated by commas."),
    timeout: float = typer.Option(20.0, help="Seconds to wait for a silent server."),
) -> None:
    """Download Set14 and Set5; files already there are checked, a download that stopped is continued."""
    at_least("--timeout", timeout, 0.1)
    if not base_url.startswith(("http://", "https://")):
        raise InputError(f"--base-url must begin with http:// or https://, not {base_url}")
    remotes = _chosen(sets)
    try:
        fetch_all(remotes, out, Connection(base_url, timeout), announce=typer.echo)
    except Unreachable as error:
        raise Unreachable(f"{error}. {_advice(out, remotes)}") from None
    typer.echo(f"All {len(remotes)} images are in {out}, with the right checksums.")


def _chosen(sets: str) -> list[Remote]:
    names = [one_of("--sets", name.strip(), SETS) for name in sets.split(",")]
    return [remote for remote in benchmark_files() if remote.path.split("/")[0] in names]


def _advice(out: Path, remotes: list[Remote]) -> str:
    places = " and ".join(dict.fromkeys(str((out / remote.path).with_name("NAME_GT.png")) for remote in remotes))
    return (
        "Run this again when the address can be reached: it goes on where it stopped. "
        f"Or place the files by hand as {places} (datas/README.md names them and their origin). "
        "The benchmark needs none of them: without images, or with --data embedded, it takes photos from scikit-image."
    )


if __name__ == "__main__":
    run(app)
