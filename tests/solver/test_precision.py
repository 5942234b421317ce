"""The fastest precision is chosen by what is there."""

import pytest

from paddle_dip.solver import precision


@pytest.mark.parametrize(
    ("place", "operators", "bf16", "chosen"),
    [
        ("cpu", "compiled", True, "bf16"),
        ("cpu", "compiled", False, "float32"),
        ("cpu", "plain", True, "float32"),
        ("gpu:0", "compiled", True, "float32"),
    ],
)
def test_bfloat16_is_taken_where_a_cpu_has_it_and_the_operators(monkeypatch, place, operators, bf16, chosen):
    monkeypatch.setattr(precision, "computed_with", lambda: {"place": place, "operators": operators})
    monkeypatch.setattr(precision, "has_bf16", lambda: bf16)
    assert precision.fastest() == chosen
