"""The sides that can be compared: which modules hold their fit and trace, and what their process's environment says."""

from collections.abc import Mapping
from dataclasses import dataclass

# TF32 keeps 10 bits of a float32's mantissa: fine for speed, useless for comparing.
_EXACT = {"NVIDIA_TF32_OVERRIDE": "0"}


@dataclass(frozen=True)
class Side:
    """Module names, imported only in the side's own process, and environment variables set before that."""

    fit: str
    trace: str
    environment: Mapping[str, str]


def _paddle(**environment: str) -> Side:
    return Side("paddle_dip.solver.fit", "paddle_dip.evaluation.parity.trace", _EXACT | environment)


SIDES = {
    "paddle": _paddle(),
    "paddle-plain": _paddle(PADDLE_DIP_FAST="0"),  # no custom operators
    "paddle-cpu": _paddle(CUDA_VISIBLE_DEVICES=""),  # on a machine with a GPU: the CPU
    "torch": Side("torch_ref.fit", "torch_ref.trace", _EXACT),
}
