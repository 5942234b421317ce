"""How to restore, in Paddle: networks, degradations on tensors, the fit loop. The only place that loads Paddle."""

import contextlib
import io
import warnings

from paddle_dip.environment import check_paddle
from paddle_dip.runs.interrupt import handlers_kept

check_paddle()
# Paddle prints a warning about OMP_NUM_THREADS above 1, which holds for builds on OpenBLAS and not for its wheels, and one
# about a missing ccache. Neither is news to a user; errors still come through as exceptions.
with handlers_kept(), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
    warnings.simplefilter("ignore")
    import paddle

    paddle.disable_signal_handler()  # it prints a C++ trace on SIGTERM

from paddle_dip.solver.device import tune_gpu  # noqa: E402  after Paddle has been loaded quietly

tune_gpu()
# BatchNorm in train mode says once that it tracks running statistics: so it does, and nothing here reads them.
warnings.filterwarnings("ignore", message="When training, we now always track global mean and variance")
