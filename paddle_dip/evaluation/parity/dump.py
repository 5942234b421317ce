"""All arrays of one side of a comparison: the first step in detail, then the parameters and the image of a fit."""

from collections.abc import Callable, Iterator

import numpy as np

from paddle_dip.evaluation.parity.experiment import Experiment
from paddle_dip.evaluation.parity.kinks import NearKinks
from paddle_dip.problem.metrics import psnr
from paddle_dip.problem.resampling import Resize
from paddle_dip.runs.restore import finish

Arrays = dict[str, np.ndarray]


def dump(
    experiment: Experiment,
    *,
    fit: Callable[..., Iterator],
    first_step: Callable[..., Arrays],
    watch_kinks: Callable[..., None],
    keep_states: bool = False,
    states: Arrays | None = None,
) -> Arrays:
    """Return the named arrays of `experiment`: of `first_step`, params_K at its milestones, near kinks, image, PSNR in dB.

    fit; first_step and watch_kinks: paddle_dip.solver.fit's and evaluation.parity.trace's, or torch_ref's. keep_states: also
    state_K, all that a fit needs to go on from step K, and onward_K, the parameters one step later; states: another side's
    arrays, from whose state_K this side takes the one step to onward_K.
    """
    states = states or {}
    problem, preset = experiment.problem(), experiment.preset()
    arrays = first_step(problem, preset, seed=experiment.seed, dtype=experiment.dtype, layers=experiment.layers)
    kinks = NearKinks()
    for snapshot in fit(problem, preset, seed=experiment.seed, dtype=experiment.dtype):
        if snapshot.step == 1 and experiment.dtype == "float64":
            watch_kinks(snapshot, kinks.note)  # from the second step on: in the first the two sides' inputs are 1e-13 apart
        operator = problem.operator
        if snapshot.step > 1 and experiment.dtype == "float64" and isinstance(operator, Resize) and operator.clip:
            kinks.note_clips(operator, problem.enlarged(snapshot.canvas("perturbed")))
        kinks.step = snapshot.step + 1
        if snapshot.step in experiment.milestones():
            arrays |= trained(snapshot.state(), f"params_{snapshot.step}")
        if keep_states and snapshot.step in experiment.handovers():
            arrays |= {f"state_{snapshot.step}/{name}": value for name, value in snapshot.state().items()}
        if keep_states and snapshot.step - 1 in experiment.handovers():
            arrays |= trained(snapshot.state(), f"onward_{snapshot.step - 1}")
        last = snapshot
    for step in experiment.handovers() if states else ():
        state = {name.removeprefix(f"state_{step}/"): v for name, v in states.items() if name.startswith(f"state_{step}/")}
        taken_up = fit(problem, preset, seed=experiment.seed, dtype=experiment.dtype, state=state)
        arrays |= trained(next(taken_up).state(), f"onward_{step}")
    canvas = last.canvas(preset.final_input)
    arrays["image/canvas"] = canvas
    image = finish(problem, preset, canvas)
    return arrays | kinks.arrays() | {"image/pixels": image, "image/psnr": np.array(psnr(image, experiment.truth()))}


def trained(state: Arrays, stage: str) -> Arrays:
    """Return what a fit learns as STAGE/NAME, of its state what the optimiser holds a moment for: parameters, and z if learnt."""
    names = [name.split("/", 2)[2] for name in state if name.split("/")[1:2] == ["moment1"]]
    return {f"{stage}/{name}": state[f"network/{name}" if f"network/{name}" in state else name] for name in names}
