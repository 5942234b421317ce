"""The sections of the parity report, from the verdicts of ladders and the scores of trials."""

from paddle_dip.evaluation.parity.compare import Stage
from paddle_dip.evaluation.parity.names import without_gradient
from paddle_dip.evaluation.parity.report_page import Section, Table
from paddle_dip.evaluation.parity.tolerances import TOLERANCES
from paddle_dip.evaluation.parity.trials import difference, mean_and_error, paired_difference
from paddle_dip.evaluation.parity.verdict import HEADING, lines, tally

COLOUR, GREY = ("reference", "replicate padding", "Paddle's initialisation"), ("three equal channels", "one channel")


def ladder_section(title: str, command: str, stages: list[Stage]) -> Section:
    """Return the ladder of one network; params_1, params_10 and the last show the growth over the steps."""
    return Section(title, [f"{tally(stages)}.", Table(HEADING, lines(stages))], command)


def tolerance_section(names: list[str]) -> Section:
    """Return the table of tolerances with their reasons, and what is left out. names: the trainable parameters of a network."""
    left_out = sorted(without_gradient(names))
    kinds = [[kind, f"{t.float64:.1e}", f"{t.float32:.1e}", t.why] for kind, t in TOLERANCES.items()]
    note = (
        f"Left out of the parameters' comparison, in every run: {len(left_out)} of the skip network's {len(names)} arrays, the "
        "biases that a BatchNorm behind them cancels (BLOCK.conv.bias beside BLOCK.norm, and SCALE.merge.norm.bias in front of "
        "SCALE.up1); likewise in the other networks (evaluation/parity/names.py). Their true gradient is zero, so what Adam scales "
        "up to steps there is rounding. Their gradients are compared."
    )
    return Section("Tolerances", [Table(["stage", "float64", "float32", "why"], kinds), note])


def deviation_section(scores: list[dict], command: str) -> Section:
    """Return what each known deviation of other ports does to the result, measured on Paddle's side."""
    paddle = [s for s in scores if s["side"] == "paddle"]
    parts: list[str | Table] = [_setting(_of(paddle, "reference")[0], len(_of(paddle, "reference")))]
    heading = ["variant", "last iterate, dB", "average, dB", "iterate against the first line", "average against it"]
    for labels in (COLOUR, GREY):
        rows = [[label, *(_mean(paddle, label, key) for key in ("iterate", "average"))] for label in labels]
        for row in rows:
            row += [_change(paddle, labels[0], row[0], key) for key in ("iterate", "average")]
        parts.append(Table(heading, rows))
    parts.append(_grey_words(_of(paddle, GREY[0]), _of(paddle, GREY[1])))
    return Section("Deviations of other ports", parts, command)


def statistics_section(scores: list[dict], command: str) -> Section:
    """Return the comparison of the two frameworks with random streams of their own."""
    ours, theirs = ([s for s in scores if s["label"] == "reference" and s["side"] == side] for side in ("paddle", "torch"))
    rows = []
    for key, words in (("iterate", "last iterate"), ("average", "moving average")):
        a, b = [s[key] for s in ours], [s[key] for s in theirs]
        rows.append(
            [words, _plus_minus(*mean_and_error(a)), _plus_minus(*mean_and_error(b)), _plus_minus(*difference(b, a), sign=True)]
        )
    seeds = f"Paddle: seeds {', '.join(str(s['seed']) for s in ours)}; torch: seeds {', '.join(str(s['seed']) for s in theirs)}."
    note = (
        "Random streams of their own: the two sides share no seed, so z, noise and initial weights are independent draws of the "
        "same laws (NumPy's SFC64). That the laws are the frameworks' own is tested apart (tests/parity/test_laws.py). " + seeds
    )
    heading = ["result", "Paddle, dB", "torch, dB", "Paddle - torch, dB"]
    return Section("Statistical parity", [_setting(ours[0], len(ours)), Table(heading, rows), note], command)


def _setting(score: dict, seeds: int) -> str:
    source = {"embedded": "embedded in scikit-image"}.get(score["data"], "Set14")
    return (
        f"Image {score['image']} ({source}), middle {score['size']}x{score['size']} pixels, x8, network {score['network']}, "
        f"paper preset with {score['steps']} steps, float32, {seeds} seeds; paper metric; mean +- its standard error."
    )


def _grey_words(colour: list[dict], grey: list[dict]) -> str:
    own = mean_and_error([s["full_range"] for s in grey])
    apart = mean_and_error([s["full_range"] - s["iterate"] for s in grey])
    return (
        f"The grey bridge: image {grey[0]['image']}, {len(grey)} seeds, both lines by the paper's metric. As a one-channel port "
        f"scores it, in full-range grey, the second line reads {own[0]:.2f} dB, {apart[0]:+.2f} dB by the metric alone "
        "(20 lg(219/255))."
    )


def _of(scores: list[dict], label: str) -> list[dict]:
    return [s for s in scores if s["label"] == label]


def _mean(scores: list[dict], label: str, key: str) -> str:
    return _plus_minus(*mean_and_error([s[key] for s in _of(scores, label)]))


def _change(scores: list[dict], first: str, label: str, key: str) -> str:
    if label == first:
        return "-"
    return _plus_minus(*paired_difference(*([s[key] for s in _of(scores, each)] for each in (first, label))), sign=True)


def _plus_minus(mean: float, error: float, *, sign: bool = False) -> str:
    return f"{mean:{'+' if sign else ''}.2f} +- {error:.2f}"
