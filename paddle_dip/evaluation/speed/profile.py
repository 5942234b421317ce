"""Where one fit step's time goes, operation by operation, from the framework's own profiler."""

import importlib
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

# Paddle writes an event's duration, and how it was called, into its name.
_DECORATION = re.compile(r"\[[^\]]*\]$|^Global_CustomOpGradNode: | dygraph$| pybind_\w+$")


def profiled(framework: str, step: Callable[[], object]) -> dict[str, float]:
    """Return the seconds that each operation of `step` took, without those it called; the longest first.

    framework: "paddle" or "torch".
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        _TRACERS[framework](step, path)
        trace = json.loads(path.read_text(encoding="utf-8"))
    events = [event for event in trace["traceEvents"] if event.get("ph") == "X"]
    return dict(sorted(self_times(events).items(), key=lambda item: -item[1]))


def self_times(events: list[dict]) -> dict[str, float]:
    """Return for each name the seconds of its events (`ts`, `dur` in microseconds) less those of the events inside them."""
    totals: dict[str, float] = defaultdict(float)
    open_events: list[tuple[float, str]] = []  # (end, name), outermost first; Paddle splits one thread over several `tid`s
    for event in sorted(events, key=lambda e: (float(e["ts"]), -float(e["dur"]))):
        begin, duration = float(event["ts"]), float(event["dur"])
        while open_events and open_events[-1][0] <= begin:
            open_events.pop()
        if open_events:
            totals[open_events[-1][1]] -= duration * 1e-6
        name = _plain(event["name"])
        totals[name] += duration * 1e-6
        open_events.append((begin + duration, name))
    return dict(totals)


def _plain(name: str) -> str:
    while (shorter := _DECORATION.sub("", name)) != name:
        name = shorter
    return name


def _trace_paddle(step: Callable[[], object], path: Path) -> None:
    profiler = importlib.import_module("paddle.profiler")
    target = [profiler.ProfilerTarget.CPU]
    # Without a handler of ours it would leave a folder where it was started.
    with profiler.Profiler(targets=target, on_trace_ready=lambda p: p.export(str(path), "json")):
        step()


def _trace_torch(step: Callable[[], object], path: Path) -> None:
    profiler = importlib.import_module("torch.profiler")
    with profiler.profile(activities=[profiler.ProfilerActivity.CPU]) as trace:
        step()
    trace.export_chrome_trace(str(path))


_TRACERS = {"paddle": _trace_paddle, "torch": _trace_torch}
