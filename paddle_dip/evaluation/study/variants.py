"""The settings under study: a reference point, or a task's preset, each with something changed."""

from dataclasses import dataclass, replace

from paddle_dip.errors import InputError, one_of
from paddle_dip.evaluation.study.cases import Damage
from paddle_dip.problem.networks import NETWORKS, SkipConfig
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import NO_REFINEMENT, Preset
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.problem.task_table import task_preset

# Super-resolution's reference point: the first sketch of the preset "fast", with 1/40 of the paper recipe's arithmetic at x8.
BASE_STEPS = 1860
DECAYS = (0.99, 0.995, 0.998)  # of the moving averages that every trial reads
_WIDTH_64 = SkipConfig(down=(64,) * 5, up=(64,) * 5)


@dataclass(frozen=True)
class Variant:
    """A change to the reference point, and in words what it is."""

    changes: dict
    words: str


def _tapered(*widths: int) -> SkipConfig:
    return SkipConfig(down=widths, up=widths)


VARIANTS = {
    "base": Variant({}, "half resolution, width 64, 1860 steps, the learning rate constant"),
    "cooldown": Variant({"cooldown": 600}, "the learning rate falls to nought over the last 600 steps"),
    "cooldown-all": Variant({"cooldown": BASE_STEPS}, "the learning rate falls to nought over all steps"),
    "quarter-128": Variant({"work_scale": 4, "network": SkipConfig()}, "quarter resolution, width 128: the same arithmetic"),
    "full-64": Variant({"work_scale": 1}, "full resolution, width 64: four times the arithmetic"),
    "noise-0.03": Variant({"reg_noise_std": 0.03}, "noise 0.03 on z"),
    "noise-0.08": Variant({"reg_noise_std": 0.08}, "noise 0.08 on z"),
    "lr-0.005": Variant({"learning_rate": 0.005}, "learning rate 0.005"),
    "lr-0.02": Variant({"learning_rate": 0.02}, "learning rate 0.02"),
    "half-128": Variant({"network": SkipConfig()}, "width 128: 3.75 times the arithmetic"),
    "top-32": Variant(
        {"network": _tapered(32, 64, 64, 64, 64), "steps": 3230}, "width 32 at the finest scale: the same arithmetic"
    ),
    "small": Variant({"network": NETWORKS["skip-32"]}, "width 32, 8 channels of z"),
    "small-top-16": Variant({"network": NETWORKS["skip-16"]}, "width 16 at the finest scale, 32 below, 4 channels of z"),
    "pyramid": Variant({"network": _tapered(32, 64, 128, 128, 128), "steps": 2120}, "width 32, 64, 128...: the same arithmetic"),
    "long": Variant({"steps": 4 * BASE_STEPS}, "four times the steps"),
}


def variant_preset(variant: str, damage: Damage, steps: int | None = None) -> Preset:
    """Return a variant's settings: "NAME", or "NAME+SETTING=VALUE+..." as `overridden` reads them.

    NAME: of VARIANTS for super-resolve, of one of the task's presets else. steps: instead of its own. Raises InputError for what
    is unknown.
    """
    name, *changes = variant.split("+")
    chosen = _super_resolution(name, int(damage.amount)) if damage.task == "super-resolve" else task_preset(damage.task, name)
    preset = overridden(chosen, changes)
    if preset.average_decay not in DECAYS:
        raise InputError(f"average_decay must be one of {', '.join(map(str, DECAYS))} in a study, not {preset.average_decay}")
    if preset.members > 1:
        raise InputError("members must be 1 in a study: give several seeds")
    return preset if steps is None else replace(preset, steps=steps, cooldown=min(preset.cooldown, steps))


def _super_resolution(name: str, factor: int) -> Preset:
    variant = VARIANTS[one_of("variant", name, VARIANTS)]
    fast = super_resolution_preset("fast", factor)
    base = replace(fast, name="study", steps=BASE_STEPS, optimiser="adam", soap_renewal=10, reg_noise_std=0.05)
    # Members and refinement are studied on what fits end on, not on every reading.
    base = replace(base, work_scale=2, network=_WIDTH_64, members=1, **NO_REFINEMENT | {"back_projection": base.back_projection})
    return replace(base, **variant.changes)
