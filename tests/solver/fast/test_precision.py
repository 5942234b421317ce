"""The fastest precision is chosen by what is there."""

import pytest

from paddle_dip.solver.fast import operators


@pytest.mark.parametrize(
    ("device", "compiled", "bf16", "chosen"),
    [
        ("cpu", True, True, "bf16"),
        ("cpu", True, False, "float32"),
        ("cpu", False, True, "float32"),
        ("gpu:0", True, True, "float32"),
    ],
)
def test_bfloat16_is_taken_where_the_operators_run_on_a_cpu_that_has_it(monkeypatch, device, compiled, bf16, chosen):
    monkeypatch.setattr(operators.paddle, "get_device", lambda: device)
    monkeypatch.setattr(operators.build, "available", lambda: compiled)
    monkeypatch.setattr(operators, "has_bf16", lambda: bf16)
    assert operators.fastest_precision() == chosen
