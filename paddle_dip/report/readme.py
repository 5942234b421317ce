"""README's tables, made from the result files, so that no figure in it is typed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from paddle_dip.report.published import METHODS, published_psnr_y
from paddle_dip.report.results import Row, final_rows, read_rows
from paddle_dip.report.tables import mean

_DATA_SETS = {"set14": "Set14", "set5": "Set5", "embedded": "scikit-image's photos"}  # by the name of the result files
_PRESETS = ("paper", "fast", "best")  # the order of the columns

_SIDES = {
    "paddle": "paddle_dip",
    "torch": "PyTorch (torch_ref)",
    "paddle-plain": "Paddle's own layers, threads and MKL set",
}


@dataclass(frozen=True)
class _Run:
    """A recorded benchmark of one preset: the rows of its images by name, and its summary."""

    data_set: str
    rows: dict[str, Row]
    summary: dict

    @property
    def name(self) -> str:
        return self.summary["preset"]["name"]


def benchmark_markdown(results: Path, pattern: str) -> str:
    """Return a table for each data set and factor in `results`: the published, then a column for each of our presets; in dB.

    pattern: of the files DATASET_xFACTOR_PRESET.csv, each with its JSON. The table with most images comes first.
    """
    grouped: dict[tuple[str, int], list[_Run]] = {}
    for path in results.glob(pattern):
        run = _read_run(path)
        grouped.setdefault((run.data_set, run.summary["factor"]), []).append(run)
    groups = [sorted(runs, key=lambda run: _PRESETS.index(run.name)) for runs in grouped.values()]
    groups.sort(key=lambda runs: (-max(len(run.rows) for run in runs), -runs[0].summary["factor"]))
    return "\n\n".join(_section(runs) for runs in groups)


def _read_run(path: Path) -> _Run:
    data_set = path.stem.split("_x")[0]
    rows = {row.image: row for row in final_rows(read_rows(path))}
    return _Run(_DATA_SETS.get(data_set, data_set), rows, json.loads(path.with_suffix(".json").read_text()))


def _section(runs: list[_Run]) -> str:
    heading = f"**{runs[0].data_set}, x{runs[0].summary['factor']}**"
    return "\n".join([heading, "", *(f"* {_description(run)}" for run in runs), "", _table(runs)])


def speed_markdown(results: Path) -> str:
    """Return the table of the fit step's time and memory, a line a side, a column a size, from `results`/speed_SIZE.json."""
    measured = [json.loads(path.read_text()) for path in sorted(results.glob("speed_*.json"))]
    sides = [side for side in _SIDES if any(side in m for m in measured)]
    heading = ["", *(f"{m['size']}x{m['size']}: s a step" for m in measured), *(f"{m['size']}x{m['size']}: MiB" for m in measured)]
    lines = [
        [
            _SIDES[side],
            *(_cell(m, side, "seconds", ".2f") for m in measured),
            *(_cell(m, side, "memory_mb", ".0f") for m in measured),
        ]
        for side in sides
    ]
    ratios = [
        "paddle_dip / PyTorch",
        *(f"**{m['ratio']:.2f}**" for m in measured),
        *(f"**{m['memory_ratio']:.2f}**" for m in measured),
    ]
    first = measured[0]
    words = (
        f"One fit step (noise, forward, loss, backward, Adam) of the paper's network in {first['dtype']}, "
        f"{first['threads']} threads, {first['device']}, Paddle {first['packages']['paddlepaddle']}, "
        f"torch {first['packages']['torch']}; median, sides in turn."
    )
    return f"{words}\n\n{markdown([heading, *lines, ratios])}"


def _cell(measured: dict, side: str, key: str, form: str) -> str:
    return format(measured[side][key], form) if side in measured else "-"


def markdown(lines: list[list[str]]) -> str:
    """Return a Markdown table, its first line the heading."""
    rule = ["---", *["---:"] * (len(lines[0]) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], rule, *lines[1:]])


def fill(text: str, marker: str, content: str) -> str:
    """Return `text` with what stands between <!-- marker --> and <!-- /marker --> replaced."""
    pattern = rf"(<!-- {marker} -->\n).*?(<!-- /{marker} -->)"
    filled, count = re.subn(pattern, lambda found: f"{found[1]}{content}\n{found[2]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"<!-- {marker} --> ... <!-- /{marker} --> must stand once in the text, not {count} times")
    return filled


def _description(run: _Run) -> str:
    summary, preset = run.summary, run.summary["preset"]
    average = {"ema": "average of the outputs", "none": f"last iterate on the {preset['final_input']} z"}[preset["average"]]
    members = preset.get("members", 1)  # results from before there were ensembles, or refinements, don't say
    products = "" if preset.get("precision", "float32") == "float32" else f", products in {preset['precision']}"
    gain, strength = preset.get("detail_gain", 1), preset.get("non_local_means", 0)
    refined = (f", details x{gain:g}" if gain != 1 else "") + (f", non-local means {strength:g}" if strength else "")
    fits = f"seed {summary['seed']}, single run" if members == 1 else f"ensemble of {members} seeds"
    minutes = sum(row.seconds for row in run.rows.values()) * summary["threads"] / 60
    cost = f"{minutes:.0f} minutes of one core for {len(run.rows)} images ({summary['device']}, Paddle {summary['paddle']})"
    rgb = f"RGB {summary['mean_psnr_rgb']:.2f} dB in the mean"
    return f"`{run.name}`: {preset['steps']} steps, {average}{refined}, {fits}{products}; {rgb}; {cost}."


def _table(runs: list[_Run]) -> str:
    factor, bicubic_bp = runs[0].summary["factor"], {}
    rows: dict[str, Row] = {}
    for run in runs:
        rows |= run.rows
        bicubic_bp |= run.summary["bicubic_bp_psnr_y"]
    names = sorted(rows)
    published = {heading: [published_psnr_y(name, factor, method) for name in names] for method, heading in METHODS.items()}
    columns = {"bicubic": [rows[name].bicubic_psnr_y for name in names], "+ BP": [bicubic_bp[name] for name in names]}
    columns |= {heading: column for heading, column in published.items() if any(column)}
    lines = [[name, *(_decimals(column[i], 2) for column in columns.values())] for i, name in enumerate(names)]
    lines.append([f"mean of {len(names)}", *(_decimals(mean(column), 2) for column in columns.values())])
    for run in runs:
        psnrs, tflops = ([getattr(run.rows.get(name), key, None) for name in names] for key in ("psnr_y", "tflop"))
        for line, psnr, tflop in zip(lines, [*psnrs, mean(psnrs)], [*tflops, mean(tflops)], strict=True):
            line += [_decimals(psnr, 2), _decimals(tflop, 0)]
    return markdown([["image", *columns, *(heading for run in runs for heading in (f"`{run.name}`", "TFLOP"))], *lines])


def _decimals(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
