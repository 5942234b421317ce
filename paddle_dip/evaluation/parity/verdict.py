"""A comparison's verdict as comparison.json and as a table."""

from dataclasses import asdict, replace
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from paddle_dip.evaluation.parity.compare import Stage
from paddle_dip.evaluation.parity.experiment import Experiment
from paddle_dip.evaluation.parity.tolerances import TOLERANCES, kind_of
from paddle_dip.io.files import write_json
from paddle_dip.report.tables import terminal_table

HEADING = ["stage", "shape", "dtype", "max abs", "max rel", "tolerance", "verdict"]


def write_comparison(
    path: Path, sides: dict[str, str], experiment: Experiment | None, stages: list[Stage], located: str | None
) -> None:
    """Write comparison.json: passed, stages, and what was compared."""
    listed = [asdict(stage) for stage in stages]
    trained = [stage for stage in stages if stage.name.startswith("params_")]
    if trained:  # the last under a name that doesn't depend on --steps, so that a script can look for it
        listed.append(asdict(trained[-1]) | {"name": "params_N", "same_as": trained[-1].name})
    write_json(
        path,
        {
            "passed": all(stage.passed for stage in stages),
            "sides": sides,
            "experiment": asdict(experiment) if experiment else None,
            "located": located,
            "stages": listed,
            "tolerances": {kind: TOLERANCES[kind].why for kind in dict.fromkeys(kind_of(stage.name) for stage in stages)},
        },
    )


def lines(stages: list[Stage], *, every: bool = False) -> list[list[str]]:
    """Return the table's lines; unless `every`, the gradients that passed are one, "grad (how many)", with the worst's figures."""
    return [_line(stage) for stage in (stages if every else _gathered(stages))]


def stage_table(stages: list[Stage], *, every: bool = False) -> Table:
    """Return the verdicts as a Rich table."""
    table = terminal_table("", HEADING, lines(stages, every=every))
    table.box, table.pad_edge = SIMPLE_HEAD, False  # narrow enough for 80 columns
    return table


def complaints(stages: list[Stage], *, most: int = 8) -> list[str]:
    """Return a line for each of the first `most` stages that failed or parted, and one for the rest."""
    failed = [stage for stage in stages if stage.reason]
    said = [f"{stage.name}: {stage.reason} ({stage.worst})" for stage in failed[:most]]
    return said + ([f"... and {len(failed) - most} more"] if len(failed) > most else [])


def tally(stages: list[Stage]) -> str:
    """Return in words how many stages agree, how many of those only parted for a sound reason, and the reasons."""
    parted = [stage for stage in stages if stage.passed and stage.reason]
    words = f"{sum(stage.passed for stage in stages) - len(parted)} of {len(stages)} stages agree"
    if not parted:
        return words
    return f"{words}, {len(parted)} parted: {'; '.join(dict.fromkeys(stage.reason for stage in parted))}"


def _gathered(stages: list[Stage]) -> list[Stage]:
    good = [stage for stage in stages if stage.name.startswith("grad/") and stage.passed]
    if not good:
        return stages
    worst = max(good, key=lambda stage: stage.max_abs or 0.0)
    gathered = replace(worst, name=f"grad ({len(good)})", arrays=1)
    first = stages.index(good[0])
    return [gathered if n == first else stage for n, stage in enumerate(stages) if n == first or stage not in good]


def _line(stage: Stage) -> list[str]:
    shape = "x".join(map(str, stage.shape)) or "1"
    if stage.arrays > 1:
        shape = f"{stage.arrays} arrays"
    figures = ["-" if value is None else f"{value:.1e}" for value in (stage.max_abs, stage.max_rel)]
    return [stage.name, shape, stage.dtype, *figures, f"{stage.tolerance:.1e}", _word(stage)]


def _word(stage: Stage) -> str:
    if not stage.passed:
        return "FAILED"
    return "parted" if stage.reason else "ok"
