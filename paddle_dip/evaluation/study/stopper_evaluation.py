"""Stoppers that look on while a fit takes all its steps: where each would have ended it, and how good that was."""

from dataclasses import asdict, dataclass, replace

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import RULES, build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.restore import current_canvas


@dataclass(frozen=True)
class Ending:
    """What a stopper did. step: whose average it returned; ended: the step at which it ended the fit; quality: PSNR in dB."""

    stop: str
    step: int
    ended: int
    quality: float


class StopperEvaluation:
    """Every stopper that the problem allows, following one fit; or, where the fit has one of its own, that alone."""

    def __init__(self, problem: Problem, preset: Preset, seed: int):
        looking_on = [name for name, rule in RULES.items() if rule.every and not rule.withholds and rule.follows(problem)]
        kinds = [preset.stop] if RULES[preset.stop].withholds else looking_on
        averaging = replace(preset, average="ema")
        self._stoppers = {kind: build_stopper(problem, replace(averaging, stop=kind), seed) for kind in kinds}
        self._ended: dict[str, int] = {}
        self._preset = averaging

    def see(self, snapshot) -> None:
        """Let those that haven't ended the fit look at the snapshot of each step in turn."""
        for kind, stopper in self._stoppers.items():
            if kind not in self._ended and stopper.done(snapshot):
                self._ended[kind] = snapshot.step

    def endings(self, last, quality) -> list[dict]:
        """Return what each did, the last snapshot being `last`. quality: from a canvas to the PSNR of its result, in dB."""
        return [asdict(self._ending(kind, last, quality)) for kind in self._stoppers]

    def _ending(self, kind: str, last, quality) -> Ending:
        stopper, ended = self._stoppers[kind], self._ended.get(kind, last.step)
        if stopper.canvas is None:
            return Ending(kind, last.step, ended, quality(current_canvas(self._preset, last)))
        return Ending(kind, stopper.step, ended, quality(stopper.canvas))
