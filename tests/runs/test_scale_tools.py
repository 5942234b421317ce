"""The tools that docs/scale.md and docs/reliability.md take figures from."""

import importlib.util
from math import ceil

import pytest

from paddle_dip.runs.course_line import in_words
from tests.conftest import ROOT, assert_refused, command


def tool(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("units", "workers"), [(10, 1), (10, 3), (12, 4), (3, 8)])
def test_equal_units_end_in_rounds(units, workers):
    assert tool("simulate_scale")._took([2.0] * units, workers, 0.0) == pytest.approx(2.0 * ceil(units / workers))


def test_where_the_coordinator_is_the_bottleneck_it_sets_the_pace():
    assert tool("simulate_scale")._took([0.5] * 100, 100, 1.0) == pytest.approx(100 * 1.0 + 0.5)


def hours(*words) -> float:
    lines = command("tools/simulate_scale.py", "--images", 200, *words).stdout.splitlines()
    return float(next(line for line in lines if line.startswith("│")).split("│")[3])


def test_more_workers_take_less_and_deaths_take_more():
    assert hours("--workers", 8) < hours("--workers", 2) < hours("--workers", 2, "--between", 0.05)


def test_what_is_no_number_is_refused():
    assert_refused(command("tools/simulate_scale.py", "--images", "many"), "--images must be whole numbers above 0")
    assert_refused(command("tools/measure_executors.py", "--calls", "0"), "--calls")


def test_an_executor_is_measured():
    words = command("tools/measure_executors.py", "--calls", 2).stdout
    assert "local, 1 at a time: first answer after" in words and "each of 2 more" in words


@pytest.mark.parametrize("seconds", [1.0, 45.0, 400.0, 9000.0])
def test_the_time_left_is_read_as_it_is_told(seconds):
    time_left = tool("time_left")
    share, number, unit = time_left._LINE.search(f"photo.png: 12% of all, {in_words(seconds)} left").groups()
    assert share == "12" and float(number) * time_left._SECONDS[unit] == pytest.approx(seconds, rel=0.1)
