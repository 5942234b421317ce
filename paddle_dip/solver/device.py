"""Where Paddle computes, and its settings for a GPU.

The latter are written from Paddle's documentation and guarded; not measured, no figure of ours was made on one.
"""

import paddle


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
