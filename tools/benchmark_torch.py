"""Run the super-resolution benchmark in torch_ref, the solver's mirror in PyTorch, on a GPU: all recipes by one command.

Where no machine has a GPU with Paddle on it, this says what the recipes reach on one with PyTorch; see docs/gpu.md.
"""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs from a checkout that isn't installed

import typer

from paddle_dip.cli.command import command_line, console, need_torch
from paddle_dip.cli.command import run as run_command
from paddle_dip.errors import InputError, at_least, one_of
from paddle_dip.evaluation.benchmark.magnification import Magnification
from paddle_dip.evaluation.benchmark.run import Settings, run
from paddle_dip.io.files import writable_folder, write_json
from paddle_dip.problem.dataset import find_source, image_names
from paddle_dip.problem.overrides import overridden
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import noise_generator
from paddle_dip.problem.super_resolution_presets import super_resolution_preset
from paddle_dip.report.merge_runs import joined, read_part
from paddle_dip.report.results import ResultRow, write_rows
from paddle_dip.runs.provenance import cpu_name

FACTOR = 8
RECIPES = {  # name in results: (preset, steps if not its own)
    "paper": ("paper", None),
    "paper-4000": ("paper", 4000),  # the authors' notebook; the write-up says 5000
    "fast": ("fast", None),
    "best": ("best", None),
}
app = command_line()


@app.command()
def benchmark(
    recipes: str = typer.Option(",".join(RECIPES), help="Which, separated by commas."),
    seeds: str = typer.Option("0,1", help="Seeds, separated by commas."),
    device: str = typer.Option("cuda", help="PyTorch's name of the device: cuda, cuda:1, cpu."),
    data: str = typer.Option("set14", help="set14, or a folder of NAME_GT.png files."),
    out: Path = typer.Option("out/torch", help="Folder for the runs, resumed where they are there."),
    results: Path = typer.Option(ROOT / "results", help="Folder of the tables: set14_x8_RECIPE_torch.csv and .json, _SEED behind."),
    steps: int = typer.Option(None, help="Steps, instead of the recipes'."),
    changes: list[str] = typer.Option([], "--set", help="NAME=VALUE: any other setting of the presets; may be repeated."),
) -> None:
    """Restore Set14 at x8 by each recipe with each seed, and write tables with seconds and the card's name."""
    names = [one_of("--recipes", name, tuple(RECIPES)) for name in dict.fromkeys(recipes.split(","))]
    chosen = {name: _preset(name, steps, changes) for name in names}
    drawn = _seeds(seeds)
    source = find_source(data)
    need_torch()
    _usable(device)
    writable_folder(results)
    screen = console()
    for name, preset in chosen.items():
        for seed in drawn:
            every = max(preset.steps // 5, 1)
            folder = out / f"{name}_{seed}"
            settings = Settings(Magnification(source, FACTOR), tuple(image_names(source)), preset, seed, folder, True, every)
            run(settings, fit=_fit(device), facts=_facts(device, preset), announce=lambda row: screen.print(_line(row)))
            rows, summary = joined([read_part(folder)])
            stem = f"set14_x{FACTOR}_{name}_torch" + (f"_{seed}" if seed else "")
            write_rows(results / f"{stem}.csv", rows)
            write_json(results / f"{stem}.json", summary)
            words = f"{stem}: {summary['mean_psnr_y']:.3f} dB, {summary['seconds'] / 60:.1f} minutes on {summary['device']}"
            screen.print(words, soft_wrap=True)


def _preset(name: str, steps: int | None, changes: list[str]) -> Preset:
    preset, own = RECIPES[name]
    chosen = overridden(super_resolution_preset(preset, FACTOR), changes)
    wanted = at_least("--steps", steps, 1) if steps is not None else own
    return replace(chosen, steps=wanted) if wanted else chosen


def _seeds(words: str) -> list[int]:
    try:
        return [at_least("--seeds", int(word), 0) for word in dict.fromkeys(words.split(","))]
    except ValueError:
        raise InputError(f"--seeds must be whole numbers of at least 0, separated by commas, not {words}") from None


def _usable(device: str) -> None:
    """Raise InputError where PyTorch can't compute on the device; let cuDNN choose its algorithms: the shapes stay the same."""
    import torch

    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as error:  # the latter: PyTorch was built without CUDA
        raise InputError(f"--device {device} can't be used: {str(error).splitlines()[0]}") from None
    torch.backends.cudnn.benchmark = True


def _fit(device: str):
    from torch_ref.fit import fit

    return partial(fit, device=device)


def _facts(device: str, preset: Preset) -> dict:
    """Return with what PyTorch computes, in place of what is told of Paddle."""
    import torch

    on_gpu = torch.device(device).type == "cuda"
    rounded = "TF32" if on_gpu and torch.backends.cudnn.allow_tf32 else "float32"
    return {
        "device": f"{device} {torch.cuda.get_device_name(device)}" if on_gpu else f"cpu {cpu_name()}",
        "place": device,
        "paddle": f"not used: PyTorch {torch.__version__}",
        "operators": f"PyTorch's, convolutions in {rounded}",
        "threads": torch.get_num_threads(),
        "noise_drawn_by": noise_generator(preset.noise_generator, None, on_gpu=on_gpu),
    }


def _line(row: ResultRow) -> str:
    return f"{row.image}: {row.psnr_y:.3f} dB (bicubic {row.bicubic_psnr_y:.3f}) in {row.seconds:.0f} s"


if __name__ == "__main__":
    run_command(app)
