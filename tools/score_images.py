"""Score restored image files by the paper's metric. The same as paddle-dip score."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

from paddle_dip.cli.command import command_line, run
from paddle_dip.cli.score import score

app = command_line()
app.command()(score)

if __name__ == "__main__":
    run(app)
