"""Compare two frameworks, or two runs of one, stage by stage: data, output, loss, gradients, parameters, image."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, need_torch, run
from paddle_dip.errors import InputError
from paddle_dip.evaluation.parity.arrays import Arrays, export_reprod_log, read_arrays
from paddle_dip.evaluation.parity.backends import SIDES
from paddle_dip.evaluation.parity.compare import compare, layers_in_common, locate
from paddle_dip.evaluation.parity.experiment import DTYPES, OPERATORS, Experiment, checked
from paddle_dip.evaluation.parity.verdict import complaints, stage_table, tally, write_comparison
from paddle_dip.io.files import writable_folder, write_text
from paddle_dip.problem.networks import NETWORKS
from paddle_dip.problem.networks.config import PADS
from paddle_dip.problem.presets import CHOICES

SIDE_HELP = f"One of {', '.join(SIDES)}, or an .npz file or a folder of arrays dumped elsewhere."
app = command_line()


@app.command()
def compare_outputs(
    framework_a: str = typer.Option("paddle", help=SIDE_HELP),
    framework_b: str = typer.Option("torch", help=SIDE_HELP),
    dtype: str = typer.Option("float64", help=" or ".join(DTYPES)),
    network: str = typer.Option("skip", help=f"One of {', '.join(NETWORKS)}."),
    steps: int = typer.Option(10, help="Steps; parameters are compared after 1, 3, 10, 30 ... and the last."),
    out: Path = typer.Option("out/parity", help="Folder for the arrays and comparison.json."),
    operator: str = typer.Option("lanczos2", help=f"One of {', '.join(OPERATORS)}."),
    clip: bool = typer.Option(False, "--clip", help="Clip after each pass of the operator."),
    pad: str = typer.Option(None, help=f"{', '.join(PADS)}: instead of the network's own."),
    initialisation: str = typer.Option("torch", help=" or ".join(CHOICES["initialisation"])),
    channels: int = typer.Option(3, help="Channels of the image."),
    height: int = typer.Option(64, help="Height of the image, a multiple of --factor."),
    width: int = typer.Option(96, help="Width of the image, a multiple of --factor."),
    factor: int = typer.Option(8, help="Magnification."),
    work_scale: int = typer.Option(1, help="The network paints 1/work_scale of the image's side."),
    back_projection: int = typer.Option(0, help="Passes of back-projection at the end."),
    optimiser: str = typer.Option("adam", help=f"One of {', '.join(CHOICES['optimiser'])}; lbfgs after three steps of Adam."),
    learn_input: bool = typer.Option(False, "--learn-input", help="Optimise z as well."),
    input_law: str = typer.Option("uniform", "--input", help=f"z: one of {', '.join(CHOICES['input'])}."),
    noise: str = typer.Option("fresh", help=f"On z: {' or '.join(CHOICES['noise'])}."),
    loss: str = typer.Option("mean", help=f"Of the squared errors: {' or '.join(CHOICES['loss'])}."),
    tv_weight: float = typer.Option(0.0, help="Weight of the total variation in the loss."),
    seed: int = typer.Option(0, help="Seed of everything random; drawn with NumPy, so the same on both sides."),
    locate_first: bool = typer.Option(False, "--locate", help="Also name the first layer at which the two diverge."),
    reprod_log: bool = typer.Option(False, "--reprod-log", help="Also export the arrays in reprod_log's layout."),
    every: bool = typer.Option(False, "--all", help="Print a line for every gradient, not only for the worst."),
) -> None:
    """Compare two sides; exit code 1 where any stage fails."""
    experiment = checked(
        Experiment(
            network=network, dtype=dtype, steps=steps, channels=channels, height=height, width=width, factor=factor,
            work_scale=work_scale, operator=operator, clip=clip, pad=pad, initialisation=initialisation,
            back_projection=back_projection, input=input_law, noise=noise, loss=loss, tv_weight=tv_weight, seed=seed,
            optimiser=optimiser, learn_input=learn_input, layers=locate_first,
        )
    )  # fmt: skip
    sides = {"a": framework_a, "b": framework_b}
    for label, side in sides.items():
        if side not in SIDES and not Path(side).exists():
            raise InputError(f"--framework-{label} must be one of {', '.join(SIDES)} or an existing file or folder, not {side}")
    if "torch" in sides.values():
        need_torch()
    writable_folder(out)
    write_text(out / "experiment.json", experiment.as_json())
    live = [side in SIDES for side in sides.values()]
    own = all(live)
    arrays = _both(sides, out) if own else {label: _arrays(side, label, out) for label, side in sides.items()}
    pad = any(live) and experiment.zero_pad()
    stages = compare(arrays["a"], arrays["b"], dtype=dtype if own else None, zero_pad=pad, **experiment.limits())
    where = locate(arrays["a"], arrays["b"]) if locate_first else None
    write_comparison(out / "comparison.json", sides, experiment if own else None, stages, where)
    if reprod_log:
        for label, side in sides.items():
            export_reprod_log(writable_folder(out / "reprod_log"), f"{label}-{Path(side).stem}", arrays[label])
    _show(sides, stages, every=every)
    if locate_first:
        _show_place(where, layers_in_common(arrays["a"], arrays["b"]))
    if not all(stage.passed for stage in stages):
        raise typer.Exit(1)


def _both(sides: dict[str, str], out: Path) -> dict[str, Arrays]:
    first = _arrays(sides["a"], "a", out, "--keep-states")
    return {"a": first, "b": _arrays(sides["b"], "b", out, "--states", str(out / f"a-{sides['a']}.npz"))}


def _arrays(side: str, label: str, out: Path, *options: str) -> Arrays:
    if side not in SIDES:
        return read_arrays(Path(side))
    file = out / f"{label}-{side}.npz"
    tool = Path(__file__).with_name("parity_worker.py")
    done = subprocess.run(
        [sys.executable, str(tool), "dump", side, str(out / "experiment.json"), str(file), *options],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise InputError(f"side {side} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1].removeprefix('error: ')}")
    return read_arrays(file)


def _show(sides: dict[str, str], stages: list, *, every: bool) -> None:
    screen = console()
    screen.print(f"{sides['a']} against {sides['b']}", soft_wrap=True)
    screen.print(stage_table(stages, every=every))
    screen.print(tally(stages), soft_wrap=True)
    for line in complaints(stages):
        screen.print(line, soft_wrap=True)


def _show_place(where: str | None, layers: int) -> None:
    if not layers:
        print("no layer was traced on both sides: fused operators have none, take paddle-plain for --locate")
    else:
        print(where or f"none of {layers} layers diverges")


if __name__ == "__main__":
    run(app)
