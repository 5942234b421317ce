"""Compiles csrc/ at first use and loads it into Paddle; says once, in one line, why it couldn't.

The compiled library lives in a per-user cache under a name that hashes everything it depends on. It links the libdnnl and
libiomp5 that Paddle's own wheel ships, so nothing has to be installed beyond a C++ compiler.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import paddle

from paddle_dip.environment import can_be_made, temporary_home

SOURCES = Path(__file__).parent / "csrc"
SWITCH = "PADDLE_DIP_FAST"  # 0: never use the compiled operators
CACHE = "PADDLE_DIP_CACHE"  # folder for the compiled library; default $XDG_CACHE_HOME/paddle_dip
COMPILE_SECONDS = 600  # a compiler that takes longer is stuck
STALE_SECONDS = 86400  # build folders older than this were left by a killed process

_reason: str | None = None  # why the operators aren't there; None before the first try or once they are
_loaded = False


class BuildError(Exception):
    """The operators can't be had here; the message is one line."""


def available() -> bool:
    """True if the compiled operators are registered; the first call builds and loads them, a minute at most."""
    global _loaded, _reason
    if _loaded or _reason is not None:
        return _loaded
    try:
        paddle.utils.cpp_extension.load_op_meta_info_and_register_op(str(library()))
        _loaded = True
    except Exception as error:  # whatever goes wrong here, the plain path still works
        _reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        if os.environ.get(SWITCH) != "0":
            print(f"paddle_dip: fast CPU operators unavailable ({_reason}); using plain Paddle", file=sys.stderr)
    return _loaded


def reason() -> str | None:
    """Why the compiled operators aren't used, or None."""
    return _reason


def library() -> Path:
    """Path of the compiled library, built if it isn't in the cache. Raises BuildError."""
    if os.environ.get(SWITCH) == "0":
        raise BuildError(f"{SWITCH}=0")
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise BuildError(f"only built on Linux x86_64, this is {platform.system()} {platform.machine()}")
    if paddle.device.is_compiled_with_cuda():
        raise BuildError("this is the GPU wheel of Paddle")
    compiler = find_compiler()
    cache = cache_folder()
    target = cache / f"dip_fast_{build_key(compiler)}.so"
    if not target.exists():
        with exclusive(cache / "build.lock"):
            if not target.exists():  # another process may have built it while we waited
                print("paddle_dip: building the fast CPU operators, once (about a minute)", file=sys.stderr)
                build(compiler, target)
    return target


def find_compiler() -> str:
    """Path of a C++ compiler: $CXX, g++ or c++."""
    for name in (os.environ.get("CXX"), "g++", "c++"):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise BuildError("no C++ compiler found, install g++ or set CXX")


def cache_folder() -> Path:
    """The writable per-user folder for compiled libraries; a temporary one where the usual one can't be written."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~"), ".cache"), "paddle_dip")
    if CACHE in os.environ:
        folder = Path(os.environ[CACHE])
    elif not (os.access(folder, os.W_OK) if folder.exists() else can_be_made(folder)) and (other := temporary_home()):
        folder = other / ".cache" / "paddle_dip"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(f"no cache folder {folder}: {error}; set {CACHE}") from error
    return folder


def build_key(compiler: str) -> str:
    """Hash of the sources, Paddle's version and place, the compiler, and the CPU that -march=native stands for."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    version = subprocess.run([compiler, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=60).stdout
    for part in (paddle.__version__, paddle.__file__, sys.version, version, cpu_flags(), " ".join(compile_flags())):
        digest.update(part.encode())
    return digest.hexdigest()[:16]


def cpu_flags() -> str:
    """The instruction sets of this machine; a cache in a shared home must not serve another CPU."""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
        return next((line for line in lines if line.startswith("flags")), "")


def compile_flags() -> list[str]:
    root = Path(paddle.__file__).parent
    include = [root / "include", root / "include" / "third_party", sysconfig.get_paths()["include"]]
    return [
        "-O3",
        "-march=native",
        "-fno-math-errno",
        "-fopenmp",
        "-fPIC",
        "-std=c++17",
        "-w",
        *(f"-I{folder}" for folder in include),
    ]


def link_flags() -> list[str]:
    """libiomp5 rather than the compiler's libgomp: Paddle, MKL and oneDNN already share its threads."""
    root = Path(paddle.__file__).parent
    flags = ["-shared", "-Wl,--no-as-needed"]
    for folder, names in (
        (root / "libs", ("libiomp5.so", "libdnnl.so.3", "libphi.so", "libphi_core.so", "libcommon.so")),
        (root / "base", ("libpaddle.so",)),
    ):
        flags += [f"-L{folder}", f"-Wl,-rpath,{folder}"]
        flags += [f"-l:{name}" for name in names if (folder / name).exists()]
    return flags


@contextmanager
def exclusive(path: Path):
    """Holds a file lock; the kernel drops it if this process is killed."""
    import fcntl  # here: Windows, where nothing is built, lacks it

    with open(path, "wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build(compiler: str, target: Path) -> None:
    """Compiles into a temporary folder, tries the result in a child process, then renames it to `target`."""
    remove_stale(target.parent)
    with tempfile.TemporaryDirectory(prefix="build-", dir=target.parent) as folder:
        commands = [[compiler, "-c", *compile_flags(), str(s), "-o", f"{folder}/{s.stem}.o"] for s in sorted(SOURCES.glob("*.cc"))]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(execute, commands))
        made = Path(folder) / target.name
        objects = [str(path) for path in sorted(Path(folder).glob("*.o"))]
        execute([compiler, *objects, "-o", str(made), *link_flags()])
        try_out(made)
        os.replace(made, target)


def remove_stale(cache: Path) -> None:
    for folder in cache.glob("build-*"):
        if time.time() - folder.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def execute(command: list[str]) -> None:
    """Runs a compiler command; its first error line becomes the BuildError."""
    result = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=COMPILE_SECONDS)
    if result.returncode != 0:
        lines = [line for line in result.stderr.splitlines() if "error" in line] or result.stderr.splitlines() or ["no message"]
        raise BuildError(f"{Path(command[0]).name} failed: {lines[0]}")


def try_out(made: Path) -> None:
    """Loads the library and runs one operator in a child: a crash there must not take this process down."""
    code = (
        "import sys, paddle\n"
        "from paddle.utils import cpp_extension as e\n"
        "e.load_op_meta_info_and_register_op(sys.argv[1])\n"
        "ones = paddle.ones([1, 3, 3, 16]); ones.stop_gradient = False\n"
        "weight, bias = paddle.ones([16, 16, 1, 1]), paddle.zeros([16])\n"
        "y = paddle._C_ops._run_custom_op('dip_conv', ones, weight, bias, 'none', 1, True, False)\n"
        "y = y[0] if isinstance(y, (list, tuple)) else y\n"
        "y.sum().backward()\n"
        "assert y.numpy().min() == 16 and ones.grad.numpy().min() == 16\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(made)], capture_output=True, encoding="utf-8", errors="replace", timeout=COMPILE_SECONDS
    )
    if result.returncode != 0:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise BuildError(f"the compiled operators failed their first run, exit {result.returncode}: {last}")
