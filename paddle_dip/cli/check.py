"""The command that checks a machine: is Paddle right there, how fast is a fit, how large may a photo be."""

import sys
from pathlib import Path

import typer

from paddle_dip.cli.command import console
from paddle_dip.errors import InputError, at_least
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.report.tables import terminal_table

_FAILED = 1
_LEAST_SIDE, _MULTIPLE = 64, 32


def check(
    out: Path = typer.Option(Path("paddle_dip_check.json"), help="Where to write the report, to be kept or sent."),
    sides: str = typer.Option("256,512", help="Sides of the square images timed, in pixels, separated by commas."),
    seconds: float = typer.Option(4.0, help="About how long each case is timed."),
) -> None:
    """Check this machine in a few minutes: exactness, seconds a step, memory, largest photo; writes a report to send."""
    timed = _sides(sides)
    at_least("--seconds", seconds, 0)
    if out.suffix != ".json":
        raise InputError(f"--out must end in .json, not {out.suffix or 'without an ending'}")
    writable_folder(out.parent)
    from paddle_dip.evaluation.check.run import check as checked  # here, so that a wrong option is answered before Paddle loads

    report = checked(timed, seconds=seconds, announce=lambda line: print(line, file=sys.stderr, flush=True))
    write_json(out, report)
    _show(report)
    console().print(f"Report: {out}", soft_wrap=True)
    if not report["passed"]:
        raise typer.Exit(_FAILED)


def _sides(words: str) -> tuple[int, ...]:
    try:
        found = tuple(sorted({int(word) for word in words.split(",")}))
    except ValueError:
        raise InputError(f"--sides must be whole numbers separated by commas, not {words}") from None
    if any(side < _LEAST_SIDE or side % _MULTIPLE for side in found):
        raise InputError(f"--sides must be multiples of {_MULTIPLE} of at least {_LEAST_SIDE}, not {words}")
    return found


def _show(report: dict) -> None:
    screen = console()
    facts = {
        "device": report["device"],
        "Paddle": f"{report['paddle']}, CUDA {report['cuda']}, cuDNN {report['cudnn']}",
        "threads, operators": f"{report['threads']}, {report['operators']}",
        "free memory": _gib(report["memory"]),
    }
    screen.print(terminal_table("This machine", ["what", "found"], [list(line) for line in facts.items()]))
    lines = [[d["what"], f"{d['found']:.1e}", f"{d['tolerance']:.0e}", "yes" if d["passed"] else "NO"] for d in report["parity"]]
    screen.print(terminal_table("Against the CPU in float64", ["float32 here", "difference", "allowed", "passed"], lines))
    heading = ["preset, painted", "precision", "s a step", "outside the network", "MiB", "MiB predicted"]
    screen.print(terminal_table("One step", heading, [_timing(t) for t in report["timings"]]))
    for case, reason in report["not_timed"].items():
        screen.print(f"not timed: {case}: {reason}", soft_wrap=True)
    precisions = list(dict.fromkeys(t["precision"] for t in report["timings"]))
    minutes = [[name, *(_figure(by.get(p), ".1f") for p in precisions)] for name, by in report["set14_minutes"].items()]
    screen.print(terminal_table("Set14 at x8, estimated minutes", ["preset", *precisions], minutes))
    largest = {name: side for name, side in report["largest_photo"].items() if name != "factor"}
    words = ", ".join(f"{name} {side}x{side}" for name, side in largest.items() if side is not None)
    screen.print(f"Largest photo restored whole at x{report['largest_photo']['factor']}: {words or 'unknown'}", soft_wrap=True)


def _timing(t: dict) -> list[str]:
    memory = None if t["memory"] is None else t["memory"] / 2**20
    painted, predicted = f"{t['preset']}, {t['side']}x{t['side']}", f"{t['predicted'] / 2**20:.0f}"
    return [painted, t["precision"], f"{t['seconds']:.3f}", f"{t['outside']:.0%}", _figure(memory, ".0f"), predicted]


def _figure(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _gib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 2**30:.1f} GiB"
