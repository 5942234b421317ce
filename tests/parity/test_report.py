"""The parity report's figures and its two forms."""

from dataclasses import replace

import numpy as np
import pytest

from paddle_dip.evaluation.parity.compare import compare
from paddle_dip.evaluation.parity.report_page import Section, Table, as_html, as_markdown
from paddle_dip.evaluation.parity.report_sections import (
    COLOUR,
    GREY,
    deviation_section,
    ladder_section,
    statistics_section,
    tolerance_section,
)
from paddle_dip.evaluation.parity.trials import Trial, difference, paired_difference, run_trial
from paddle_dip.evaluation.parity.verdict import tally
from tests.parity.sides import paddle_fit

TRIAL = Trial("reference", "paddle", "cat", "embedded", size=64, steps=1, seed=0, network="small")


def score(label, seed, value, side="paddle", **more):
    common = {"image": "cat", "data": "embedded", "size": 96, "steps": 9, "network": "skip"}
    return common | {"label": label, "seed": seed, "side": side, "iterate": value, "average": value + 1} | more


def scores():
    for seed in (0, 1):
        for number, label in enumerate((*COLOUR, GREY[0])):
            yield score(label, seed, 20.0 + seed - number)
        yield score(GREY[1], seed, 20.0 + seed, full_range=18.7 + seed)
        yield score(COLOUR[0], 100 + seed, 20.5 + seed, side="torch")


def test_differences_carry_their_standard_error():
    assert difference([1.0, 3.0], [2.0, 4.0]) == pytest.approx((1.0, np.sqrt(2)))
    assert paired_difference([1.0, 3.0], [2.0, 4.0]) == pytest.approx((1.0, 0.0))  # the same change each time
    with pytest.raises(ValueError, match="at least 2"):
        difference([1.0], [2.0, 3.0])


def test_the_sections_say_what_was_measured():
    section = deviation_section(list(scores()), "command")
    colour = section.parts[1].lines
    assert [line[0] for line in colour] == list(COLOUR)
    assert colour[1][3] == "-1.00 +- 0.00"
    assert "18.70" not in section.parts[-1] and "19.20 dB, -1.30 dB" in section.parts[-1]
    (line, _) = statistics_section(list(scores()), "command").parts[1].lines
    assert line[3].startswith("-0.50 +- 0.71")


def test_a_ladder_becomes_a_table():
    section = ladder_section("skip", "command", compare({"loss/loss": np.ones(())}, {"loss/loss": np.zeros(())}))
    assert section.parts[0] == "0 of 1 stages agree." and section.parts[1].lines[0][-1] == "FAILED"
    names = ["a.conv.bias", "a.norm.bias"]
    assert "1 of the skip network's 2 arrays" in tolerance_section(names).parts[1]


def test_what_parted_is_counted_apart_with_its_reason():
    good = compare({"loss/loss": np.ones(())}, {"loss/loss": np.ones(())})[0]
    parted = [replace(good, name=name, reason="parted at step 7") for name in ("params_10", "image")]
    assert tally([good, good]) == "2 of 2 stages agree"
    assert tally([good, *parted]) == "1 of 3 stages agree, 2 parted: parted at step 7"
    assert tally([replace(good, passed=False, reason="over tolerance"), good]) == "1 of 2 stages agree"


def test_markdown_and_html_hold_the_same():
    sections = [Section("One <two>", ["text", Table(["a", "b"], [["x", "1"]])], "run me")]
    assert "| x | 1 |" in as_markdown("Title", sections) and "run me" in as_markdown("Title", sections)
    page = as_html("Title", sections)
    assert "<td>x</td><td>1</td>" in page and "One &lt;two&gt;" in page and "run me</pre>" in page


@pytest.mark.parametrize("channels", [1, 3])
def test_a_trial_is_scored(channels):
    from dataclasses import replace

    found = run_trial(replace(TRIAL, image="camera", channels=channels), fit=paddle_fit.fit)
    assert np.isfinite([found["iterate"], found["average"]]).all()
    if channels == 1:  # the paper's luma has 219/255 of the range, so its error is smaller
        assert found["iterate"] - found["full_range"] == pytest.approx(20 * np.log10(255 / 219), abs=1e-6)
