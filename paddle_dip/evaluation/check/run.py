"""The whole check: facts, parity, timings, and what they amount to, as one JSON-ready report."""

import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import product

from paddle_dip.evaluation.check.estimate import largest_photo, minutes
from paddle_dip.evaluation.check.parity import differences
from paddle_dip.evaluation.check.timing import FAILURES, Case, Timing, precisions, timed_apart, timed_presets, untimed
from paddle_dip.runs.provenance import provenance
from paddle_dip.solver import device, paddle

SIDES = (256, 512)
_MOST_SECONDS = 120.0  # after which no further case is timed, so that the whole takes less than three minutes
_PHOTO_FACTOR, _PHOTO_PRESETS = 4, ("fast", "paper")


def check(
    sides: tuple[int, ...] = SIDES,
    *,
    seconds: float = 4.0,
    network: str = "skip",
    announce: Callable[[str], None] = lambda line: None,
) -> dict:
    """Return the report. sides: of the square images timed; seconds: about what each case may take; network: compared."""
    facts = provenance() | _build()
    announce(f"comparing {facts['device']} with float64 on the CPU")
    found = [asdict(each) | {"passed": each.passed} for each in differences(network)]
    free = device.spare_memory()
    timings, missing = _timings(sides, seconds, announce)
    return {
        **facts,
        "memory": free,
        "parity": found,
        "passed": all(each["passed"] for each in found),
        "timings": [asdict(t) | {"outside": t.outside} for t in timings],
        "not_timed": missing,
        "largest_photo": {"factor": _PHOTO_FACTOR} | {name: _largest(name, free, timings) for name in _PHOTO_PRESETS},
        "set14_minutes": minutes(timings),
    }


def _build() -> dict:
    """Return how Paddle was built; False where it was built without."""
    version = paddle.version
    return {"cuda": version.cuda(), "cudnn": version.cudnn(), "paddle_commit": version.commit}


def _timings(sides: tuple[int, ...], seconds: float, announce: Callable[[str], None]) -> tuple[list[Timing], dict[str, str]]:
    """Return the timings of all cases, the small ones first, and of those that have none why."""
    timings, missing, begun = [], {}, time.monotonic()
    for side, name, precision in product(sides, timed_presets(), precisions()):
        case = Case(name, side, precision, seconds)
        if time.monotonic() - begun > _MOST_SECONDS:
            missing[case.title] = "the cases before it took all the time"
            continue
        announce(f"timing {case.title}")
        try:
            timings.append(timed_apart(case))
        except FAILURES as error:
            missing[case.title] = untimed(error)
    return timings, missing


def _largest(name: str, free: int | None, timings: list[Timing]) -> int | None:
    """Return the side of the largest photo by a preset: as predicted, or by as much less as its largest fit took more than that."""
    taken = [t.memory / t.predicted for t in timings if t.memory and (t.preset, t.precision) == (name, "float32")]
    return largest_photo(_PHOTO_FACTOR, name, free, scale=max(taken[-1], 1.0) if taken else 1.0)
