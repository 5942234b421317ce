"""Run the Set14 super-resolution benchmark: table, pictures, page. The same as paddle-dip benchmark."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

from paddle_dip.cli.benchmark import benchmark
from paddle_dip.cli.command import command_line, run

app = command_line()
app.command()(benchmark)

if __name__ == "__main__":
    run(app)
