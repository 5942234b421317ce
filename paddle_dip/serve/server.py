"""The server of the page: begun on an address, ended in order, its files with it."""

import os
import time
from collections.abc import Callable

from paddle_dip.errors import InputError
from paddle_dip.serve.jobs import Jobs
from paddle_dip.serve.request import Limits


def serve(limits: Limits, *, host: str, port: int, announce: Callable[[str], None], open_browser: bool = False) -> None:
    """Serve the page until KeyboardInterrupt; announce: called with its address. Raises InputError where the address is taken."""
    with Jobs(limits) as jobs:
        # Gradio reads both when it loads: where it keeps what is uploaded, and that it sends nothing about its use.
        os.environ |= {"GRADIO_TEMP_DIR": str(jobs.uploads), "GRADIO_ANALYTICS_ENABLED": "False"}
        import gradio as gr

        from paddle_dip.serve.page import CSS, JAVASCRIPT, Page

        gr.set_static_paths([jobs.folder])  # files of jobs are sent as they are, no copies are kept
        page = Page(jobs).build()
        theme = gr.themes.Default(font=["system-ui", "sans-serif"], font_mono=["monospace"])  # others come from elsewhere
        try:
            _, address, _ = page.launch(
                server_name=host,
                server_port=port,
                max_file_size=int(limits.upload_mb * 2**20),
                inbrowser=open_browser,
                prevent_thread_lock=True,
                quiet=True,
                theme=theme,
                css=CSS,
                js=JAVASCRIPT,
                ssr_mode=False,
                footer_links=[],
            )
        except OSError as error:
            raise InputError(f"port {port} of {host} can't be used: {error}") from None
        try:
            announce(address)
            while True:
                time.sleep(1)
        finally:
            page.close(verbose=False)
