"""Two sides timed in turn, so that a change of the machine's speed meets both."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from statistics import fmean, median
from typing import Any

from paddle_dip.environment import thread_count
from paddle_dip.errors import InputError
from paddle_dip.evaluation.speed.worker import Trial
from paddle_dip.problem.arithmetic import step_flops
from paddle_dip.problem.networks import NETWORKS

_PADDLE = {"fit": "paddle_dip.solver.fit", "framework": "paddle"}
# side: (what its trial has of its own, environment)
SIDES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "paddle": (_PADDLE, {}),
    "paddle-plain": (_PADDLE, {"PADDLE_DIP_FAST": "0"}),
    "paddle-in-turn": (_PADDLE | {"ahead": False}, {}),  # noise drawn before each step, not during the one before
    "torch": ({"fit": "torch_ref.fit", "framework": "torch"}, {}),
}
# Of each step, beside its own seconds.
_PARTS = ("optimiser_seconds", "noise_seconds")
_TIMES = ("seconds", "core_seconds", *_PARTS)


def compare(sides: list[str], trial: Trial, rounds: int, *, announce: Callable[[str], None]) -> dict[str, dict]:
    """Return for each side what it takes: the seconds of its steps, of the optimiser and of waiting for noise over all rounds.

    And the GEMM rate (operations a second), added memory (MiB) and, if profiled, the last round's seconds by operation.
    """
    found: dict[str, dict[str, Any]] = {
        side: {name: [] for name in (*_TIMES, "rounds")} | {"gemm_rate": 0.0, "memory_mb": 0.0, "operations": {}} for side in sides
    }
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            answer = _run(side, trial)
            totals = found[side]
            for name in _TIMES:
                totals[name] += answer[name]
            totals["rounds"].append(median(answer["seconds"]))
            totals["gemm_rate"] = max(totals["gemm_rate"], answer["gemm_rate"])
            totals["memory_mb"] = max(totals["memory_mb"], answer["memory_mb"])
            totals["operations"] = answer["operations"]
            announce(f"round {number + 1} of {rounds}, {side}: {totals['rounds'][-1]:.3f} s a step")
    return found


def summarise(found: dict[str, dict], trial: Trial) -> dict:
    """Return the JSON-ready summary: medians, and, where more than one side was timed, the first's ratio to the second."""
    flops = step_flops(NETWORKS[trial.network], trial.size, trial.size)
    summary: dict[str, Any] = {
        "size": trial.size,
        "network": trial.network,
        "dtype": trial.dtype,
        "optimiser": trial.optimiser,
        "threads": thread_count(),
        "step_flops": flops,
    }
    for side, totals in found.items():
        seconds = median(totals["seconds"])
        summary[side] = {
            "seconds": seconds,
            "spread": [min(totals["seconds"]), max(totals["seconds"])],
            "core_seconds": median(totals["core_seconds"]),  # of all cores together: what counts where none is idle
            "memory_mb": totals["memory_mb"],
            "gemm_rate": totals["gemm_rate"],
            # Means: what is done every so many steps counts as often as it is done.
            **{name: fmean(totals[name]) for name in _PARTS},
            **{name.replace("seconds", "share"): sum(totals[name]) / sum(totals["seconds"]) for name in _PARTS},
            "fraction_of_limit": flops / totals["gemm_rate"] / seconds,
            "operations": totals["operations"],
        }
        summary[f"{side.replace('-', '_')}_seconds"] = seconds
    if len(found) > 1:
        first, second = list(found.values())[:2]
        pairs = [a / b for a, b in zip(first["rounds"], second["rounds"], strict=True)]
        summary["ratio"] = median(pairs)
        summary["ratio_spread"] = [min(pairs), max(pairs)]
        summary["core_ratio"] = median(first["core_seconds"]) / median(second["core_seconds"])
        summary["memory_ratio"] = first["memory_mb"] / second["memory_mb"]
    summary["fraction_of_limit"] = summary[next(iter(found))]["fraction_of_limit"]
    return summary


def _run(side: str, trial: Trial) -> dict:
    own, variables = SIDES[side]
    asked = json.dumps(asdict(replace(trial, **own)))
    environment = {**os.environ, **variables, "PYTHONPATH": os.pathsep.join([os.getcwd(), os.environ.get("PYTHONPATH", "")])}
    worker = [sys.executable, "-m", "paddle_dip.evaluation.speed.worker"]
    result = subprocess.run(
        worker, input=asked, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(f"the measurement of {side} failed: {last}")
    return json.loads(result.stdout.splitlines()[-1])
