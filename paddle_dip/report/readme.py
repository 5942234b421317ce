"""README's tables, made from the result files, so that no figure in it is typed."""

import json
import re
from pathlib import Path

from paddle_dip.report.published import METHODS, published_psnr_y
from paddle_dip.report.results import Row, final_rows, read_rows

_SIDES = {
    "paddle": "paddle_dip",
    "torch": "PyTorch (torch_ref)",
    "paddle-plain": "Paddle's own layers, threads and MKL set",
}


def benchmark_markdown(results: Path, pattern: str) -> str:
    """Return a table for each benchmark in `results` named `pattern`, a CSV with its JSON: ours beside the published; in dB."""
    parts = []
    for path in sorted(results.glob(pattern)):
        summary = json.loads(path.with_suffix(".json").read_text())
        parts.append(f"{_heading(summary)}\n\n{_table(final_rows(read_rows(path)), summary['bicubic_bp_psnr_y'])}")
    return "\n\n".join(parts)


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


def _heading(summary: dict) -> str:
    preset = summary["preset"]
    average = {"ema": "average of the outputs", "none": f"last iterate on the {preset['final_input']} z"}[preset["average"]]
    members = preset.get("members", 1)  # results from before there were ensembles, or refinements, don't say
    products = "" if preset.get("precision", "float32") == "float32" else f", products in {preset['precision']}"
    gain, strength = preset.get("detail_gain", 1), preset.get("non_local_means", 0)
    refined = (f", details x{gain:g}" if gain != 1 else "") + (f", non-local means {strength:g}" if strength else "")
    runs = f"seed {summary['seed']}, single run" if members == 1 else f"ensemble of {members} seeds"
    side_by_side = f", {n} fits side by side" if (n := summary.get("at_a_time", 1)) != 1 else ""
    return (
        f"**x{summary['factor']}, preset `{preset['name']}`**: {preset['steps']} steps, {average}{refined}, {runs}{products}; "
        f"{summary['device']}, {summary['threads']} threads{side_by_side}, Paddle {summary['paddle']}."
    )


def _table(rows: list[Row], bicubic_bp: dict[str, float]) -> str:
    methods = [m for m in METHODS if all(published_psnr_y(row.image, row.factor, m) is not None for row in rows)]
    heading = ["image", "bicubic", "+ BP", *(METHODS[m] for m in methods), "paddle_dip", "RGB", "TFLOP", "seconds"]
    lines = [
        [row.bicubic_psnr_y, bicubic_bp[row.image], *(published_psnr_y(row.image, row.factor, m) for m in methods)]
        + [row.psnr_y, row.psnr_rgb, row.tflop, row.seconds]
        for row in rows
    ]
    names = [row.image for row in rows]
    if len(rows) > 1:
        lines.append([sum(column) / len(column) for column in zip(*lines, strict=True)])
        names.append(f"mean of {len(rows)}")
    body = [
        [name, *(f"{v:.2f}" for v in line[:-2]), *(f"{v:.0f}" for v in line[-2:])] for name, line in zip(names, lines, strict=True)
    ]
    return markdown([heading, *body])
