"""What the parity tests share: both frameworks' arrays of an experiment."""

from dataclasses import replace

import numpy as np

import paddle_dip.solver.fit as paddle_fit
import torch_ref.fit as torch_fit
from paddle_dip.evaluation.parity import trace as paddle_trace
from paddle_dip.evaluation.parity.compare import Stage, compare
from paddle_dip.evaluation.parity.dump import dump
from paddle_dip.evaluation.parity.experiment import Experiment
from torch_ref import trace as torch_trace

Arrays = dict[str, np.ndarray]

QUICK = Experiment(network="small", steps=2, height=32, width=48)


def paddle_arrays(experiment: Experiment, **states) -> Arrays:
    watched = {"first_step": paddle_trace.first_step, "watch_kinks": paddle_trace.watch_kinks}
    return dump(experiment, fit=paddle_fit.fit, **watched, **states)


def torch_arrays(experiment: Experiment, **states) -> Arrays:
    watched = {"first_step": torch_trace.first_step, "watch_kinks": torch_trace.watch_kinks}
    return dump(experiment, fit=torch_fit.fit, **watched, **states)


def ladder(experiment: Experiment) -> list[Stage]:
    """Both frameworks in this process: on a CPU they live together, and tests need not wait for processes to start."""
    ours = paddle_arrays(experiment, keep_states=True)
    theirs = torch_arrays(experiment, states=ours)
    return compare(ours, theirs, dtype=experiment.dtype, zero_pad=experiment.zero_pad(), **experiment.limits())


def failures(stages: list[Stage]) -> dict[str, str]:
    return {stage.name: f"{stage.worst}: {stage.reason} {stage.max_abs}" for stage in stages if not stage.passed}


def varied(**changes) -> Experiment:
    return replace(QUICK, **changes)
