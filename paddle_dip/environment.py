"""The settings of threads and of MKL, made once, before Paddle loads; and the check of which Paddle is installed."""

import os
import re
import sys
import tempfile
import warnings
from pathlib import Path

OLDEST_PADDLE = (3, 0)
_ours: set[str] = set()  # what `prepare_environment` has set because the user hadn't
_users_home = os.path.expanduser("~")  # before it is set
_YIELD = "KMP_USE_YIELD"  # whether OpenMP's threads that wait offer their core to others
_MARK = "PADDLE_DIP_SET"  # tells processes that this one begins that the number of threads isn't the user's
_stand_ins: set[str] = set()  # the folders that HOME was set to because the user's own can't be written
_PADDLES = ".cache/paddle/dataset"  # what Paddle makes in the home folder when it loads, and fails where it can't


def prepare_environment() -> None:
    """Set OMP_NUM_THREADS, KMP_USE_YIELD and, on AMD, MKL_DEBUG_CPU_TYPE, unless the user has, and HOME where it can't be written.

    Paddle sets OMP_NUM_THREADS to 1 on import, which leaves all cores but one idle. Its wheel links an old MKL that takes
    a slow path on AMD unless MKL_DEBUG_CPU_TYPE is 5 (2.4 times faster); the variable may slow an Intel machine down.
    OpenMP's threads that wait for each other offer their core to whoever wants it, unless KMP_USE_YIELD is 0: beside other busy
    processes Linux takes that for having no need of it (docs/scale.md). More threads than cores have to yield.
    Paddle makes a folder in the home folder on import and has no other setting for its place.
    Warns where Paddle is already loaded and a setting that is missing can no longer take effect.
    """
    wanted = {"OMP_NUM_THREADS": str(usable_cores())}
    if _is_amd():
        wanted["MKL_DEBUG_CPU_TYPE"] = "5"
    if "paddle" in sys.modules:
        _warn_too_late(wanted)
        return
    if not can_be_made(Path(_users_home, _PADDLES)) and (folder := temporary_home()):
        os.environ["HOME"] = str(folder)
        _stand_ins.add(str(folder))
    missing = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(missing)
    _ours.update(missing)
    if thread_count() <= usable_cores() and _YIELD not in os.environ:
        os.environ[_YIELD] = "0"
        _ours.add(_YIELD)
    if os.environ.get(_MARK) == _threads_set():  # by the process that has begun this one
        _ours.add("OMP_NUM_THREADS")
    _mark()


def home() -> Path | None:
    """Return the user's own home folder, writable or not; None where the system knows none."""
    now = os.path.expanduser("~")
    own = _users_home if now in _stand_ins else now
    return Path(own) if os.path.isabs(own) else None


def temporary_home() -> Path | None:
    """Return a folder that stands in for a home that can't be written: of this user alone; None where there is no place for one."""
    try:
        folder = Path(tempfile.gettempdir(), f"paddle_dip-{os.getuid() if hasattr(os, 'getuid') else 'home'}")
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()  # what others may write to or have put there isn't ours: code is loaded from its cache
        if folder.is_symlink() or (hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022)):
            return Path(tempfile.mkdtemp(prefix="paddle_dip-"))
    except OSError:
        return None
    return folder if can_be_made(folder / _PADDLES) else None


def can_be_made(folder: Path) -> bool:
    """Return whether a folder is there or can be made; tried, for root may write everywhere but on what is mounted read-only."""
    there = next((each for each in (folder, *folder.parents) if os.path.lexists(each)), Path())
    if there == folder:
        return folder.is_dir()
    try:
        with tempfile.TemporaryDirectory(dir=there):
            return True
    except OSError:
        return False


def path_to_package() -> str:
    """Return the PYTHONPATH of a process that is to load this very package, whatever lies in its working folder."""
    from sysconfig import get_path  # here, for every import of paddle_dip would wait for it

    own = str(Path(__file__).parents[1])  # one that is installed is found by itself, and its neighbours come after Python's own
    return os.pathsep.join(filter(None, [own if own != get_path("purelib") else "", os.environ.get("PYTHONPATH", "")]))


def share_cores(processes: int) -> None:
    """Have each of so many processes to come compute with its share of the cores, unless the user has set OMP_NUM_THREADS.

    Where the threads that the user has set are more in all than the cores, they yield again, unless the user has set that too.
    """
    if "OMP_NUM_THREADS" in _ours:
        os.environ["OMP_NUM_THREADS"] = str(max(usable_cores() // processes, 1))
        _mark()
    elif processes * thread_count() > usable_cores() and _YIELD in _ours:
        os.environ.pop(_YIELD, None)


def _mark() -> None:
    if "OMP_NUM_THREADS" in _ours:
        os.environ[_MARK] = _threads_set()


def _threads_set() -> str:
    return f"OMP_NUM_THREADS={os.environ['OMP_NUM_THREADS']}"


def units_at_a_time() -> int:
    """Return how many processes to compute in where nobody says: with one thread, or the user's number, a core for each thread.

    One where Paddle's wheel is for a GPU.
    """
    if installed_version("paddlepaddle-gpu"):
        return 1
    return max(usable_cores() // (1 if "OMP_NUM_THREADS" in _ours else thread_count()), 1)


def usable_cores() -> int:
    """Return how many cores this process may run on, or a container may use of them (at least 1)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="utf-8").split()
        return max(min(cores, round(int(quota) / int(period))), 1)
    except (OSError, ValueError, ZeroDivisionError):  # no such file, or "max"
        return cores


def thread_count() -> int:
    """Return the number of threads that Paddle computes with."""
    first = os.environ.get("OMP_NUM_THREADS", "1").split(",")[0]
    return int(first) if first.isdigit() and int(first) > 0 else 1


def free_memory() -> int | None:
    """Return how many bytes can still be taken without swapping, None where the system doesn't say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return None
    try:  # a container's own bound, which /proc/meminfo doesn't know
        group = Path("/sys/fs/cgroup")
        bound, used = (int((group / name).read_text(encoding="utf-8")) for name in ("memory.max", "memory.current"))
        cache = dict(line.split() for line in (group / "memory.stat").read_text(encoding="utf-8").splitlines())["inactive_file"]
        free = min(free, max(bound - used + int(cache), 0))
    except (OSError, ValueError, KeyError):  # no such file, or "max"
        pass
    return free


def check_paddle() -> None:
    """Raise ImportError, naming the fix, where Paddle is missing, too old, installed twice or has no home folder to write to."""
    installed = {name: installed_version(name) for name in ("paddlepaddle", "paddlepaddle-gpu")}
    if all(installed.values()):
        raise ImportError(
            "both paddlepaddle and paddlepaddle-gpu are installed and own the same files; fix: "
            "pip uninstall -y paddlepaddle paddlepaddle-gpu, then install one: "
            "pip install -r requirements.txt (CPU) or -r requirements-gpu.txt (GPU)"
        )
    if "paddle" not in sys.modules and not can_be_made(Path(os.path.expanduser("~"), _PADDLES)):
        raise ImportError(
            f"PaddlePaddle needs a folder to write to, and neither the home folder {_users_home} nor a temporary one can be "
            "written; fix: set HOME, or TMPDIR, to a folder that can"
        )
    found = next((v for v in installed.values() if v), None)
    if found is None:
        if _importable("paddle"):  # built from source or vendored: no distribution to ask
            return
        raise ImportError("PaddlePaddle is not installed; fix: pip install -r requirements.txt")
    if version_numbers(found) < OLDEST_PADDLE:
        oldest = ".".join(map(str, OLDEST_PADDLE))
        needed = "requirements-gpu.txt" if installed["paddlepaddle-gpu"] else "requirements.txt"
        raise ImportError(f"PaddlePaddle {found} is too old, {oldest} or newer is needed; fix: pip install -r {needed}")


def _warn_too_late(wanted: dict[str, str]) -> None:
    # Paddle itself sets OMP_NUM_THREADS=1 on import, so a value of 1 may be Paddle's and not the user's.
    late = [f"{name}={value}" for name, value in wanted.items() if os.environ.get(name, "1") == "1" and value != "1"]
    if late:
        warnings.warn(
            f"paddle was imported before paddle_dip, too late for {' '.join(late)}: "
            "import paddle_dip first, or set them before Python starts; runs will be several times slower",
            stacklevel=4,
        )


def _is_amd() -> bool:
    try:
        return "AuthenticAMD" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "AMD" in os.environ.get("PROCESSOR_IDENTIFIER", "")


def installed_version(distribution: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    # Not above: every import of paddle_dip would wait for it, and nobody could end a command quietly meanwhile.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _importable(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def version_numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, to be compared: (3, 1) of "3.1rc2"."""
    return tuple(map(int, re.findall(r"\d+", re.split(r"[^\d.]", version)[0])))
