"""Operation counts: the published one, and how they scale."""

import pytest

from paddle_dip.problem.architectures import SkipConfig
from paddle_dip.problem.arithmetic import step_flops

NARROW = SkipConfig(down=(64,) * 5, up=(64,) * 5)


def test_the_papers_network_takes_0_46_tflop_a_step_at_512():
    assert step_flops(SkipConfig(), 512, 512) == pytest.approx(0.460e12, rel=2e-3)


def test_half_the_side_is_a_quarter_and_half_the_width_about_as_much():
    assert step_flops(SkipConfig(), 512, 512) == 4 * step_flops(SkipConfig(), 256, 256)
    assert step_flops(SkipConfig(), 512, 512) / step_flops(NARROW, 512, 512) == pytest.approx(3.83, rel=0.01)
