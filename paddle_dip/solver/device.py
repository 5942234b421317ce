"""Where Paddle computes: the only place that asks it. What concerns a GPU is written from Paddle's documentation and guarded.

It isn't measured, no figure of ours was made on one; tests put a stand-in in the place of these functions.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paddle

from paddle_dip.environment import free_memory

_SWITCHES = ("cublas", "cudnn")  # libraries that round float32 products to TF32 where they may


def on_gpu() -> bool:
    """Return whether Paddle computes on a GPU, as `paddle.set_device` has it."""
    return paddle.get_device().startswith("gpu")


def tune_gpu() -> None:
    """Let cuDNN try all its algorithms for a shape: a fit asks for the same few shapes thousands of times.

    Does nothing on a CPU. TF32 stays as the user's NVIDIA_TF32_OVERRIDE says; comparisons switch it off.
    """
    if not paddle.is_compiled_with_cuda():
        return
    try:
        paddle.set_flags({"FLAGS_cudnn_exhaustive_search": True})
    except ValueError:  # a build without cuDNN doesn't know the flag
        return


@contextmanager
def computing_on_cpu() -> Iterator[None]:
    """Have Paddle compute on the CPU in here, wherever it does outside."""
    former = paddle.get_device()
    paddle.set_device("cpu")
    try:
        yield
    finally:
        paddle.set_device(former)


@contextmanager
def tf32(allowed: bool) -> Iterator[None]:
    """Let a GPU round float32 products to TF32 in here, or not; a CPU has no such thing."""
    core = paddle.base.core
    known = [name for name in _SWITCHES if on_gpu() and hasattr(core, f"set_{name}_switch")]
    former = {name: getattr(core, f"get_{name}_switch")() for name in known}
    try:
        for name in known:
            getattr(core, f"set_{name}_switch")(allowed)
        yield
    finally:
        for name, value in former.items():
            getattr(core, f"set_{name}_switch")(value)


def wait() -> None:
    """Return when the device has done all that it was given; a CPU has."""
    if on_gpu():
        paddle.device.synchronize()


def added_memory(work: Callable[[], object]) -> int | None:
    """Return how many bytes `work` took at its peak beside what was taken before it; None where the system doesn't say."""
    if on_gpu():
        before = paddle.device.cuda.memory_allocated()
        paddle.device.cuda.reset_max_memory_allocated()
        work()
        wait()
        return int(paddle.device.cuda.max_memory_allocated() - before)
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # makes the peak what it is now
        before = _resident("VmRSS")
        work()
        return max(_resident("VmHWM") - before, 0)
    except (OSError, StopIteration):
        work()
        return None


def spare_memory() -> int | None:
    """Return how many bytes a fit may take where it computes; None where the system doesn't say."""
    if on_gpu():
        return int(paddle.device.cuda.get_device_properties().total_memory - paddle.device.cuda.memory_allocated())
    return free_memory()


def _resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
