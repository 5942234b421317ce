"""What a record asks of Paddle is asked quietly, and an interrupt that comes meanwhile ends the command in order."""

import os

import pytest

from tests.conftest import process

RECORDING = """
import os, signal, sys
from paddle_dip.runs.interrupt import sigterm_as_ctrl_c
from paddle_dip.runs.provenance import provenance

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "paddle.vision.ops":  # late: Paddle has put its own handlers in place by then
            os.kill(os.getpid(), signal.SIGTERM)

if "interrupted" in sys.argv:
    sys.meta_path.insert(0, Interrupting())
with sigterm_as_ctrl_c() as exit_code:
    try:
        print(provenance()["paddle"])
    except KeyboardInterrupt:
        sys.exit(exit_code())
"""

QUIET = os.environ | {"PADDLE_DIP_FAST": "0"}  # building our own operators is told


def test_a_record_loads_paddle_without_its_warnings():
    result = process("-c", RECORDING, env=QUIET)
    assert (result.returncode, result.stderr) == (0, "") and result.stdout[0].isdigit()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_sigterm_while_a_record_loads_paddle_leaves_no_trace_of_its_own(threads):
    result = process("-c", RECORDING, "interrupted", env=QUIET | {"OMP_NUM_THREADS": threads})
    assert (result.returncode, result.stdout, result.stderr) == (143, "", "")
