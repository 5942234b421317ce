"""Write the parity report, Markdown and HTML: the ladder of every network, what other ports' deviations do, statistical parity."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, run
from paddle_dip.environment import installed_version, usable_cores
from paddle_dip.errors import InputError, at_least
from paddle_dip.evaluation.parity.compare import Stage
from paddle_dip.evaluation.parity.report_page import Section, as_html, as_markdown
from paddle_dip.evaluation.parity.report_sections import (
    COLOUR,
    GREY,
    deviation_section,
    ladder_section,
    statistics_section,
    tolerance_section,
)
from paddle_dip.evaluation.parity.trials import Trial
from paddle_dip.io.files import writable_folder, write_json, write_text
from paddle_dip.problem.dataset import find_source, image_names
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.runs.provenance import provenance

TITLE = "Parity of Paddle and PyTorch"
# The compiled operators, where they have a network's layers, step in in float32; paddle-plain is without them.
RUNGS = (("paddle", "float64"), ("paddle", "float32"), ("paddle-plain", "float32"))
PARTING_STEPS = 12  # of ladders that rounding parts soon: float32's, and LBFGS's
TORCH_SEEDS = 100  # torch's trials start here, Paddle's at 0
# Beside every network's own ladder: LBFGS after Adam, z learnt; SOAP, in both forms of the skip network.
LBFGS = ("--optimiser", "lbfgs", "--learn-input")
SOAP = ("--optimiser", "soap")
app = command_line()


@app.command()
def parity_report(
    out: Path = typer.Option("out/parity_report", help="Folder for parity.md, parity.html and what they were made from."),
    steps: int = typer.Option(100, help="Adam steps of the float64 ladders."),
    trial_steps: int = typer.Option(300, help="Adam steps of the fits that are scored."),
    seeds: int = typer.Option(5, help="Seeds of those fits, in each framework."),
    size: int = typer.Option(96, help="Side of the image they restore."),
    image: str = typer.Option("cat", help="That image: one of the embedded photos."),
    data: str = typer.Option(None, help="Where the grey bridge is looked for; the embedded camera stands in for it."),
    resume: bool = typer.Option(False, "--resume", help="Keep the ladders and trials that are in --out already."),
) -> None:
    """Measure and write everything; some ten minutes, most of them torch's in float64."""
    for option, value, least in (
        ("--steps", steps, 1),
        ("--trial-steps", trial_steps, 1),
        ("--seeds", seeds, 2),
        ("--size", size, 32),
    ):
        at_least(option, value, least)
    writable_folder(out)
    screen = console()
    sections, few = [], min(steps, PARTING_STEPS)
    for network in NETWORKS:
        for side, dtype in _rungs(network):
            screen.print(f"ladder: {network}, {side}, {dtype}")
            count = steps if dtype == "float64" else few
            sections.append(_ladder(side, network, dtype, count, out / f"{network}-{side}-{dtype}", resume=resume))
    screen.print("ladder: skip-64, LBFGS")
    sections.append(_ladder("paddle", "skip-64", "float64", few, out / "skip-64-lbfgs", LBFGS, resume=resume))
    for network in ("skip-64", "skip-64-coarse"):
        for side, dtype in _rungs(network):
            screen.print(f"ladder: {network}, SOAP, {side}, {dtype}")
            count = steps if dtype == "float64" else few
            sections.append(_ladder(side, network, dtype, count, out / f"{network}-soap-{side}-{dtype}", SOAP, resume=resume))
    screen.print("trials")
    scores = _run_trials(_trials(image, size, trial_steps, seeds, data), out, resume=resume)
    command = f"python tools/parity_report.py --trial-steps {trial_steps} --seeds {seeds} --size {size} --image {image}"
    sections += [deviation_section(scores, command), statistics_section(scores, command)]
    sections.append(tolerance_section(_parameter_names(out / f"{next(iter(NETWORKS))}-paddle-float64")))
    _write(out, [_introduction(), *sections])
    screen.print(f"Report: {out / 'parity.md'}, {out / 'parity.html'}", soft_wrap=True)


def _rungs(network: str) -> list[tuple[str, str]]:
    compiled = getattr(NETWORKS[network], "compiled", False)
    return [rung for rung in RUNGS if compiled or rung[0] != "paddle-plain"]


def _introduction() -> Section:
    from paddle_dip.solver.fast.build import available

    made = provenance()
    return Section(
        "What is compared",
        [
            "The same problem (a synthetic image of 64x96 pixels, x8, the paper's settings), the same initial weights, z and "
            "noise, drawn with NumPy, in Paddle and in torch_ref, its mirror in PyTorch, each in a process of its own. Every "
            "gradient is a stage; the table shows the worst. params_K: after K Adam steps. image: the final image, and its PSNR "
            "in dB. In float32 rounding parts two healthy runs within two steps, so there the parameters and the image are "
            "checked for gross errors only, and the trajectory is judged in float64.",
            "Paddle keeps BatchNorm's epsilon and momentum as float32 even in float64. The mirror uses the exact values of those "
            "float32 numbers; with a plain 1e-5 the two differ by 1e-10 in float64's output instead of by 3e-14.",
            "Rounding alone keeps two float64 runs together only while every input of LeakyReLU has the same sign on both sides. "
            "One that rounds to the other side of 0 changes the gradients a little, that moves further inputs across, and some "
            "steps later nothing is comparable (tests/parity/test_kinks.py turns one on purpose). In float64 the comparison notes "
            "every input within 1e-6 of 0 from the second step on, so it notices such a step: the stages behind it say parted, "
            "compare_outputs.py names step and layer, and they are held to float32's tolerance only. onward_K, one step from the "
            "other side's state after K, can't part. With --clip, values that the operator clips near 0 or 1 are noted likewise.",
            "LBFGS, after three steps of Adam, takes its curvature from gradients that each saw other noise, which magnifies "
            "rounding: its command below with --steps 100 gave parameters 2e-11 apart after 10 steps and 7e-3 after 100, no input "
            "having turned; with OMP_NUM_THREADS=1 one turned at step 27, 2e-8 apart. Single steps from one state agreed to a "
            "relative 3e-13 all the same. So its ladder has 12 steps.",
            "The UNet is compared at its reference's learning rate of 0.001: at the skip network's 0.01 it goes off in either "
            "framework, having no normalisation on its way up.",
            f"Machine: {made['device']}, {made['threads']} threads, Paddle {made['paddle']}, torch {installed_version('torch')}. "
            f"In float32 the side paddle ran {'the compiled operators' if available() else 'its own layers'} where the network "
            "has them; paddle-plain is without.",
        ],
    )


def _ladder(side: str, network: str, dtype: str, steps: int, out: Path, more: tuple[str, ...] = (), *, resume: bool) -> Section:
    words = ["tools/compare_outputs.py", "--framework-a", side, "--framework-b", "torch", "--network", network]
    words += ["--dtype", dtype, "--steps", str(steps), *more]
    if not (resume and (out / "comparison.json").exists()):
        whole = [sys.executable, *words, "--out", str(out.resolve())]
        done = subprocess.run(whole, cwd=_root(), capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode not in (0, 1):
            raise InputError(f"the ladder of {network} failed: {done.stderr.strip()}")
    found = json.loads((out / "comparison.json").read_text(encoding="utf-8"))
    stages = [Stage(**each | {"shape": tuple(each["shape"])}) for each in found["stages"] if "same_as" not in each]
    return ladder_section(" ".join([f"{network}, {side} against torch, {dtype}", *more]), " ".join(["python", *words]), stages)


def _parameter_names(out: Path) -> list[str]:
    stages = json.loads((out / "comparison.json").read_text(encoding="utf-8"))["stages"]
    return [stage["name"].removeprefix("grad/") for stage in stages if stage["name"].startswith("grad/")]


def _trials(image: str, size: int, steps: int, seeds: int, data: str | None) -> list[Trial]:
    common = {"size": size, "steps": steps}
    grey = {"image": "camera", "data": "embedded"}
    if "bridge" in image_names(find_source(data)):
        grey = {"image": "bridge", "data": data}
    colour = {"image": image, "data": "embedded"}
    trials = []
    for seed in range(seeds):
        trials += [
            Trial(COLOUR[0], "paddle", **colour, **common, seed=seed),
            Trial(COLOUR[1], "paddle", **colour, **common, seed=seed, pad="replicate"),
            Trial(COLOUR[2], "paddle", **colour, **common, seed=seed, initialisation="paddle"),
            Trial(GREY[0], "paddle", **grey, **common, seed=seed),
            Trial(GREY[1], "paddle", **grey, **common, seed=seed, channels=1),
            Trial(COLOUR[0], "torch", **colour, **common, seed=TORCH_SEEDS + seed),
        ]
    return trials


def _run_trials(trials: list[Trial], out: Path, *, resume: bool) -> list[dict]:
    """Return the scores of all trials: a process a side, side by side with half the cores each."""
    running = {}
    environment = os.environ | {"OMP_NUM_THREADS": str(max(usable_cores() // 2, 1))}
    for side in dict.fromkeys(trial.side for trial in trials):
        if resume and (out / f"trials-{side}.json").exists():
            continue
        wanted = out / f"trials-{side}-wanted.json"
        write_json(wanted, [asdict(trial) for trial in trials if trial.side == side])
        words = ["tools/parity_worker.py", "trials", side, str(wanted.resolve()), str((out / f"trials-{side}.json").resolve())]
        running[side] = subprocess.Popen(
            [sys.executable, *words], cwd=_root(), env=environment, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
        )
    for side, process in running.items():
        _, said = process.communicate()
        if process.returncode:
            raise InputError(f"the trials of {side} failed: {said.strip()[-300:]}")
    return [
        score
        for side in dict.fromkeys(trial.side for trial in trials)
        for score in json.loads((out / f"trials-{side}.json").read_text(encoding="utf-8"))
    ]


def _write(out: Path, sections: list[Section]) -> None:
    write_text(out / "parity.md", as_markdown(TITLE, sections))
    write_text(out / "parity.html", as_html(TITLE, sections))


def _root() -> Path:
    return Path(__file__).resolve().parents[1]


if __name__ == "__main__":
    run(app)
