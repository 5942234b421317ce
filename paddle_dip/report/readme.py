"""The tables of README and the site, made from the result files, so that no figure in them is typed."""

import json
import re
from pathlib import Path
from typing import Any

from paddle_dip.errors import InputError
from paddle_dip.problem.presets import Preset, completed, strengths_of_passes
from paddle_dip.problem.super_resolution_presets import PRESETS
from paddle_dip.report.published import METHODS, published_psnr_y
from paddle_dip.report.quality_plot import BICUBIC, TRAINED, quality_levels, quality_points, recorded_runs
from paddle_dip.report.recorded_run import RecordedRun, minutes_spent, read_run
from paddle_dip.report.tables import flop_digits, mean

_SIDES = {
    "paddle": "paddle_dip",
    "torch": "PyTorch (torch_ref)",
    "paddle-plain": "Paddle's own layers, threads and MKL set",
}
_HOUR = 3600
_SUMMARY = {  # the small table's words
    "en": {
        "heading": "Set14, x8 | learns from | PSNR, dB | time of one core, an image",
        "bicubic": "bicubic",
        "nothing": "nothing",
        "moment": "a moment",
        "photo": "the photo alone",
        "paper": "the paper's recipe, published",
        "seconds": "{:.0f} s",
        "hours": "about {:.0f} hours",
        "trained": "LapSRN, published",
        "data": "a data set",
        "unmeasured": "not measured",
    },
    "zh": {
        "heading": "Set14，8 倍 | 从什么学习 | PSNR，dB | 一幅图像，单核用时",
        "bicubic": "双三次插值",
        "nothing": "不学习",
        "moment": "一瞬间",
        "photo": "只有这张照片",
        "paper": "论文的方案(论文公布)",
        "seconds": "{:.0f} 秒",
        "hours": "约 {:.0f} 小时",
        "trained": "LapSRN(公布)",
        "data": "数据集",
        "unmeasured": "未测",
    },
}


def benchmark_markdown(results: Path, pattern: str) -> str:
    """Return a table for each data set and factor in `results`: the published, then a column for each of our presets; in dB.

    pattern: of the files DATASET_xFACTOR_PRESET.csv, each with its JSON. The table with most images comes first, then the larger
    factor; the presets in the order of PRESETS, backwards.
    """
    grouped: dict[tuple[str, int], list[RecordedRun]] = {}
    for run in map(read_run, sorted(results.glob(pattern))):
        grouped.setdefault((run.data_set, run.summary["factor"]), []).append(run)
    groups = [sorted(runs, key=lambda run: -PRESETS.index(run.summary["preset"]["name"])) for runs in grouped.values()]
    groups.sort(key=lambda runs: (-max(len(run.rows) for run in runs), -runs[0].summary["factor"]))
    return "\n\n".join(_section(runs) for runs in groups)


def _section(runs: list[RecordedRun]) -> str:
    heading = f"**{runs[0].data_set}, x{runs[0].summary['factor']}**"
    return "\n".join([heading, "", *(f"* {_description(run)}" for run in runs), "", _table(runs)])


def summary_markdown(results: Path, language: str) -> str:
    """Return the small table of Set14 at x8, in "en" or "zh": our presets, the paper and LapSRN, in dB and in one core's time."""
    say = _SUMMARY[language]
    runs = recorded_runs(results, "set14", 8)
    lines = [[say["bicubic"], say["nothing"], f"{quality_levels(runs)[BICUBIC]:.2f}", say["moment"]]]
    for point in quality_points(runs):
        name = say["paper"] if point.published else f"`{point.label}`"
        lines.append([name, say["photo"], f"{point.psnr_y:.2f}", _in_time(60 * point.minutes, say)])
    lines.append([say["trained"], say["data"], f"{quality_levels(runs)[TRAINED]:.2f}", say["unmeasured"]])
    return markdown([say["heading"].split(" | "), *lines])


def _in_time(seconds: float, say: dict[str, str]) -> str:
    return say["seconds"].format(seconds) if seconds < _HOUR else say["hours"].format(seconds / _HOUR)


def speed_markdown(results: Path) -> str:
    """Return the table of the fit step's time and memory, a line a side, a column a size, from `results`/speed_SIZE.json."""
    measured = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("speed_*.json"))]
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
        raise InputError(f"<!-- {marker} --> ... <!-- /{marker} --> must stand once in the text, not {count} times")
    return filled


def _description(run: RecordedRun) -> str:
    summary, preset = run.summary, completed(run.summary["preset"])
    stopped = preset["stop"] != "never"
    steps = f"at most {preset['steps']} steps, ended by `{preset['stop']}`" if stopped else f"{preset['steps']} steps"
    averaged = stopped or preset["average"] == "ema"
    average = "average of the outputs" if averaged else f"last iterate on the {preset['final_input']} z"
    first, members = summary["seeds"][0], preset["members"]
    several = f"ensemble of seeds {first} {'and' if members == 2 else 'to'} {first + members - 1}"
    fits = f"seed {first}, single run" if members == 1 else several
    products = [] if preset["precision"] == "float32" else [f"products in {preset['precision']}"]
    images = f"the mean of its {len(run.rows)} images" if len(run.rows) > 1 else f"its one image, {next(iter(run.rows))}"
    rgb = f"RGB {summary['mean_psnr_rgb']:.2f} dB in {images}"
    return f"`{run.name}`: {', '.join([steps, average, *_refinement(preset), fits, *products])}; {rgb}; {_cost(run)}."


def _refinement(preset: dict[str, Any]) -> list[str]:
    parts = [f"details x{gain:g}"] if (gain := preset["detail_gain"]) != 1 else []
    if strengths := strengths_of_passes(preset["non_local_means"], preset["non_local_means_passes"]):
        reach = preset["non_local_means_reach"]
        far = "" if reach == Preset.non_local_means_reach else f", the first {reach} pixels far"
        parts.append(f"non-local means {' then '.join(f'{h:g}' for h in strengths)}{far}")
    return parts


def _cost(run: RecordedRun) -> str:
    minutes = " and ".join(f"{amount:.0f} {unit}" for unit, amount in minutes_spent(run).items())
    return f"{minutes} ({run.summary['device']}, Paddle {run.summary['paddle']})"


def _table(runs: list[RecordedRun]) -> str:
    columns = _others(runs)
    names = columns.pop("image")
    for run in runs:
        columns[f"`{run.name}`"] = [run.rows[name].psnr_y if name in run.rows else None for name in names]
        columns[f"TFLOP of `{run.name}`"] = [run.rows[name].tflop if name in run.rows else None for name in names]
    digits = [flop_digits(column) if heading.startswith("TFLOP") else 2 for heading, column in columns.items()]
    figures = [*zip(*columns.values(), strict=True), map(mean, columns.values())]
    lines = [
        [name, *(_decimals(value, d) for value, d in zip(line, digits, strict=True))]
        for name, line in zip([*names, f"mean of {len(names)}"], figures, strict=True)
    ]
    return markdown([["image", *columns], *lines])


def _others(runs: list[RecordedRun]) -> dict[str, list]:
    """Return the columns that our runs stand beside: the names of all their images, the baselines, what is published."""
    rows = {name: row for run in runs for name, row in run.rows.items()}
    bicubic_bp = {name: value for run in runs for name, value in run.summary["bicubic_bp_psnr_y"].items()}
    names = sorted(rows)
    baselines = {"bicubic": [rows[name].bicubic_psnr_y for name in names], "+ BP": [bicubic_bp[name] for name in names]}
    published = {words: [published_psnr_y(name, rows[name].factor, method) for name in names] for method, words in METHODS.items()}
    return {"image": names} | baselines | {words: column for words, column in published.items() if any(column)}


def _decimals(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
