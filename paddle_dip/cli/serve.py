"""The command that serves the live page."""

from importlib.util import find_spec

import typer

from paddle_dip.cli.command import console
from paddle_dip.errors import InputError, at_least
from paddle_dip.serve.request import Limits

_DEFAULT = Limits()


def serve(
    host: str = typer.Option("127.0.0.1", help="Address to listen on; 0.0.0.0: all, so that others may use the page too."),
    port: int = typer.Option(7860, help="Port to listen on."),
    jobs: int = typer.Option(_DEFAULT.at_once, help="Jobs at a time, each in a process with its share of the cores."),
    queue: int = typer.Option(_DEFAULT.queue, help="Jobs that may wait."),
    max_pixels: int = typer.Option(_DEFAULT.pixels, help="Pixels that a result may have."),
    max_steps: int = typer.Option(_DEFAULT.steps, help="Steps that a job's fits may have together."),
    max_upload: float = typer.Option(_DEFAULT.upload_mb, help="MiB that an uploaded file may have."),
    keep_minutes: float = typer.Option(
        _DEFAULT.keep_minutes, help="Minutes after which an ended job that no page shows is removed."
    ),
    browser: bool = typer.Option(False, "--browser", help="Open the page in a browser."),
) -> None:
    """Serve a page on which photos are restored, and watched meanwhile."""
    at_least("--queue", queue, 0)
    if not 0 < port < 65536:
        raise InputError(f"--port must be between 1 and 65535, not {port}")
    if not max_upload > 0:
        raise InputError(f"--max-upload must be above 0, not {max_upload}")
    if not keep_minutes > 0:
        raise InputError(f"--keep-minutes must be above 0, not {keep_minutes}")
    limits = Limits(
        at_once=at_least("--jobs", jobs, 1),
        queue=queue,
        pixels=at_least("--max-pixels", max_pixels, 1),
        steps=at_least("--max-steps", max_steps, 1),
        upload_mb=max_upload,
        keep_minutes=keep_minutes,
    )
    if find_spec("gradio") is None:
        raise InputError("the page needs Gradio, which isn't installed; fix: pip install 'gradio>=6.0,<7'")
    from paddle_dip.serve.server import serve as run_server

    run_server(limits, host=host, port=port, open_browser=browser, announce=_announce)


def _announce(address: str) -> None:
    console().print(f"The page is at {address} (Ctrl-C ends it, and removes its files)", soft_wrap=True)
