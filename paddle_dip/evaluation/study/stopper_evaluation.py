"""Stoppers that look on while a fit takes all its steps: where each would have ended it, and how good that was."""

from dataclasses import replace

from paddle_dip.problem.presets import Preset
from paddle_dip.problem.stopping import RULES, Stopper, build_stopper
from paddle_dip.problem.tasks import Problem
from paddle_dip.runs.canvas import current_canvas


class StopperEvaluation:
    """Every stopper that the problem allows, following one fit; or, where the fit has one of its own, that alone.

    last: the last snapshot that they saw.
    """

    def __init__(self, problem: Problem, preset: Preset):
        looking_on = [name for name, rule in RULES.items() if rule.every and not rule.withholds and rule.follows(problem)]
        self._kinds = [preset.stop] if RULES[preset.stop].withholds else looking_on
        self._problem, self._preset = problem, replace(preset, average="ema")
        self._stoppers = self._fresh()
        self._ended: dict[str, int] = {}
        self.last = None

    def _fresh(self) -> dict[str, Stopper]:
        return {kind: build_stopper(self._problem, replace(self._preset, stop=kind)) for kind in self._kinds}

    def state(self) -> dict:
        return {"stoppers": {kind: stopper.state() for kind, stopper in self._stoppers.items()}, "ended": self._ended}

    def load_state(self, state: dict) -> None:
        self._stoppers, self._ended = self._fresh(), state["ended"]
        for kind, stopper in self._stoppers.items():
            stopper.load_state(state["stoppers"][kind])

    def __call__(self, snapshot) -> None:
        """Let those that haven't ended the fit look at the snapshot of each step in turn."""
        self.last = snapshot
        for kind, stopper in self._stoppers.items():
            if kind not in self._ended and stopper.done(snapshot):
                self._ended[kind] = snapshot.step

    def endings(self, last, quality) -> list[dict]:
        """Return what each did, the last snapshot being `last`. quality: from a canvas to the PSNR of its result, in dB.

        That is: "stop", its name; "step", whose average it returned; "ended", the step at which it ended the fit; "quality", in dB.
        """
        found = []
        for kind, stopper in self._stoppers.items():
            own = stopper.canvas is not None
            step, canvas = (stopper.step, stopper.canvas) if own else (last.step, current_canvas(self._preset, last))
            ended = self._ended.get(kind, last.step)
            found.append({"stop": kind, "step": step, "ended": ended, "quality": quality(canvas)})
        return found
