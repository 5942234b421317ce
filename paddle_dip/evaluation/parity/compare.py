"""The comparison of two sets of named arrays, stage by stage, with a verdict on each."""

from dataclasses import dataclass, replace

import numpy as np

from paddle_dip.evaluation.parity.kinks import Crossing, first_crossing
from paddle_dip.evaluation.parity.names import without_gradient
from paddle_dip.evaluation.parity.tolerances import kind_of, precision, tolerance

Arrays = dict[str, np.ndarray]
_TRAINED = ("params_", "onward_")
# The weight of the old running statistic, as both frameworks keep it: a float32.
_KEEP = float(np.float32(0.9))


@dataclass(frozen=True)
class Stage:
    """The verdict on one stage: its worst array's figures. max_abs and max_rel are None where the arrays can't be subtracted.

    reason: why it failed, or by what it was parted though it passed, else empty.
    """

    name: str
    arrays: int
    worst: str
    shape: tuple[int, ...]
    dtype: str
    max_abs: float | None
    max_rel: float | None
    tolerance: float
    passed: bool
    reason: str


def compare(
    a: Arrays,
    b: Arrays,
    *,
    dtype: str | None = None,
    zero_pad: bool = False,
    learning_rate: float = 0.01,
    rounding: float = 1.0,
) -> list[Stage]:
    """Return a verdict for each stage of two runs, in the order of `a`.

    dtype: what the networks were asked to compute in, where known. zero_pad: see `without_gradient`.
    learning_rate: or how far a step may move a parameter; float32 parameters may be as far apart as that takes them.
    rounding: how much more than Adam the optimiser makes of it, of which float64 parameters may be as much farther apart.
    Fails: a missing array, another shape, another dtype than the other side's or than `dtype`, a value that isn't finite, a
    difference over the tolerance. See `comparable` for what is left out. Where rounding took an input across a kink,
    the later parameters and the image are held to float32's tolerance.
    """
    crossing = first_crossing(a, b, rounding=rounding)
    last = max((_steps(name.split("/")[0]) for name in a if name.startswith("params_")), default=0)
    a, b = _handed_over(a, b), _handed_over(b, a)
    a, b = comparable(a, zero_pad=zero_pad), comparable(b, zero_pad=zero_pad)
    stages: dict[str, list[str]] = {}
    for name in [*a, *(name for name in b if name not in a)]:
        if name.split("/")[0] not in ("layers", "layer_grads"):
            stages.setdefault(stage_of(name), []).append(name)
    used = precision({v.dtype for v in (*a.values(), *b.values())})

    def verdict(stage: str, name: str) -> Stage:
        if crossing and _after(crossing, stage, last):
            found = _verdict(stage, name, a.get(name), b.get(name), dtype, "float32", learning_rate, rounding)
            return replace(found, reason=found.reason or str(crossing))
        return _verdict(stage, name, a.get(name), b.get(name), dtype, used, learning_rate, rounding)

    return [_worst([verdict(stage, name) for name in names]) for stage, names in stages.items()]


def locate(a: Arrays, b: Arrays) -> str | None:
    """Return in words the first layer at which two traced runs diverge, forward and then backward, or None."""
    used = precision({v.dtype for v in (*a.values(), *b.values())})
    words = {
        "data/": "{} differs before the first layer",
        "layers/": "forward: {} is the first layer whose output differs",
        "layer_grads/": "backward: {} is the first layer, from the loss down, at whose output another gradient arrives",
    }
    for prefix, sentence in words.items():
        for name in a:
            # A layer that one side runs fused with another has no output there.
            if name.startswith(prefix) and name in b:
                verdict = _verdict(prefix.rstrip("/"), name, a[name], b[name], None, used)
                if not verdict.passed:
                    return f"{sentence.format(name.removeprefix(prefix))} ({_figures(verdict)})"
    return None


def layers_in_common(a: Arrays, b: Arrays) -> int:
    """Return how many layers' outputs both runs traced; a side that runs fused operators has none."""
    return sum(name.startswith("layers/") and name in b for name in a)


def comparable(arrays: Arrays, *, zero_pad: bool = False) -> Arrays:
    """Return the arrays that a comparison looks at.

    Running variances are brought to the biased convention; biases without a true gradient are left out of params_*.
    """
    counts = {name.removeprefix("unbiased_over/"): int(v) for name, v in arrays.items() if name.startswith("unbiased_over/")}
    kept = {name: value for name, value in arrays.items() if not name.startswith(("unbiased_over/", "kinks/", "state_"))}
    for layer, count in counts.items():
        name = f"buffers/{layer}._variance"
        if name in kept:
            kept[name] = biased(kept[name], count)
    cancelled = without_gradient((name for name in kept if name.startswith(_TRAINED)), zero_pad=zero_pad)
    return {name: value for name, value in kept.items() if name not in cancelled}


def biased(variance: np.ndarray, count: int) -> np.ndarray:
    """Return a running variance after one batch, started at 1, as if the batch's had been divided by `count`, not by count - 1."""
    return (_KEEP + (variance.astype(np.float64) - _KEEP) * ((count - 1) / count)).astype(variance.dtype)


def stage_of(name: str) -> str:
    """Return the stage that an array belongs to: each gradient is a stage of its own, and so is an array of unknown origin."""
    head = name.split("/")[0]
    known = head in ("data", "forward", "operator", "loss", "buffers", "image") or head.startswith(_TRAINED)
    return head if known and "/" in name else name


def _verdict(
    stage: str,
    name: str,
    a: np.ndarray | None,
    b: np.ndarray | None,
    dtype: str | None,
    used: str,
    learning_rate: float = 0.01,
    rounding: float = 1.0,
) -> Stage:
    shown = a if a is not None else b
    assert shown is not None  # a name comes from one of the sides
    problem = _mismatch(stage, a, b, dtype)
    if a is None or b is None or problem:
        return Stage(stage, 1, name, shown.shape, str(shown.dtype), None, None, tolerance(stage, used), False, problem)
    difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
    if kind_of(stage) == "other":
        used = precision({a.dtype})
    largest = float(np.abs(a).max(initial=0))
    apart = float(difference.max(initial=0))
    allowed = tolerance(stage, used, steps=_steps(stage), scale=largest, learning_rate=learning_rate, rounding=rounding)
    passed = apart <= allowed
    relative = apart / largest if largest else apart
    return Stage(stage, 1, name, a.shape, str(a.dtype), apart, relative, allowed, passed, "" if passed else "over tolerance")


def _mismatch(stage: str, a: np.ndarray | None, b: np.ndarray | None, dtype: str | None) -> str:
    if a is None or b is None:
        return f"only the {'second' if a is None else 'first'} side has it"
    if a.shape != b.shape:
        return f"shape {a.shape} against {b.shape}"
    if a.dtype != b.dtype:
        return f"dtype {a.dtype} against {b.dtype}"
    # The image is finished with NumPy in float64, whatever the network computed in.
    if dtype and stage != "image" and a.dtype != dtype:
        return f"dtype {a.dtype}, not {dtype}"
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return "not finite"
    return ""


def _handed_over(arrays: Arrays, others: Arrays) -> Arrays:
    """Return the arrays without onward_* where the other run, made apart, didn't go on from this one's states."""
    if any(name.startswith("onward_") for name in others):
        return arrays
    return {name: value for name, value in arrays.items() if not name.startswith("onward_")}


def _after(crossing: Crossing, stage: str, last: int) -> bool:
    # The image is a forward pass of the last parameters, and that is continuous across a kink.
    reached = last if stage == "image" else _steps(stage)
    return stage.startswith(("params_", "image")) and reached >= crossing.step


def _steps(stage: str) -> int:
    digits = stage.removeprefix("params_")
    return int(digits) if digits.isdigit() else 1


def _worst(verdicts: list[Stage]) -> Stage:
    def badness(verdict: Stage) -> tuple:
        if verdict.max_abs is None:
            return (2, 0.0)
        return (int(not verdict.passed), verdict.max_abs)

    worst = max(verdicts, key=badness)
    return replace(worst, arrays=len(verdicts))


def _figures(verdict: Stage) -> str:
    if verdict.max_abs is None:
        return verdict.reason
    return f"max abs {verdict.max_abs:.1e}, tolerance {verdict.tolerance:.1e}"
