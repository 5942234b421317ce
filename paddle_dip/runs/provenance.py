"""With what a result was made: versions, machine, threads, commit."""

import platform
import subprocess
import sys
from pathlib import Path

from paddle_dip import __version__
from paddle_dip.environment import installed_version, thread_count, usable_cores
from paddle_dip.problem.presets import Preset
from paddle_dip.problem.randomness import noise_generator

_PACKAGES = ("paddlepaddle", "paddlepaddle-gpu", "numpy", "scikit-image", "pillow", "torch")


def provenance() -> dict:
    """Return the JSON-ready facts that a result's reader needs to make it again."""
    return {
        "paddle_dip": __version__,
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": installed_versions(),
        "device": _device(),
        **computed_with(),
    }


def computed_with() -> dict:
    """Return what the last bits of a result depend on, beside the settings: Paddle, device, threads, compiled operators or not."""
    from paddle_dip.solver import paddle  # which loads it quietly, and keeps Python's handlers of interrupts
    from paddle_dip.solver.fast import build

    operators = "compiled" if build.available() else "plain"
    return {"paddle": paddle.__version__, "place": paddle.get_device(), "threads": thread_count(), "operators": operators}


def noise_drawn_by(preset: Preset) -> str:
    """Return who draws the noise of a fit that begins here; one that was begun elsewhere goes on with what it began with."""
    return noise_generator(preset.noise_generator, None, on_gpu=computed_with()["place"].startswith("gpu"))


def installed_versions() -> dict[str, str]:
    """Return the versions of the packages that a result may depend on, by name."""
    return {name: v for name in _PACKAGES if (v := installed_version(name))}


def peak_memory_mb() -> float:
    """Return the largest resident size of this process so far, in MiB; 0 where the system doesn't say."""
    try:  # unlike ru_maxrss, not inherited from the process that started this one
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**10
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def _device() -> str:
    from paddle_dip.solver import paddle  # which loads it quietly, and keeps Python's handlers of interrupts

    name = paddle.get_device()
    if name.startswith("gpu"):
        return f"{name} {paddle.device.cuda.get_device_name()}"
    return f"cpu {cpu_name()}"


def cpu_name() -> str:
    """Return the processor's name and how many of its cores this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {usable_cores()} cores"


def _commit() -> str | None:
    folder = Path(__file__).parents[1]
    try:
        # Only our own repository counts, not one that the package happens to be installed under.
        if not (folder.parent / ".git").exists():
            return None
        head, changed = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain", "--", ".")
    except (OSError, subprocess.SubprocessError):
        return None
    if head.returncode:
        return None
    return head.stdout.strip() + (" with changes" if changed.stdout.strip() else "")


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(["git", *words], cwd=folder, capture_output=True, encoding="utf-8", errors="replace", timeout=10)
