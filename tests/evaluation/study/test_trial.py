"""A trial reads quality without touching the fit, and its stoppers do what the stoppers themselves would."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from paddle_dip.evaluation.study.cases import Damage, study_case
from paddle_dip.evaluation.study.companions import companions_table
from paddle_dip.evaluation.study.ensembles import ensembles_table
from paddle_dip.evaluation.study.refinements import refinements_table
from paddle_dip.evaluation.study.stopper_evaluation import StopperEvaluation
from paddle_dip.evaluation.study.table import stops_table, study_table
from paddle_dip.evaluation.study.trial import Trial, finished, read_readings, run_trial
from paddle_dip.evaluation.study.variants import variant_preset
from paddle_dip.problem.stopping import build_stopper

STEPS = 60


class Snapshot:
    """Outputs that come nearer to grey, their noise growing after half the steps."""

    def __init__(self, step: int, canvas: tuple[int, int], seed: int):
        self.step = step
        noise = 0.02 + 0.1 * abs(step / STEPS - 0.5)
        self.output = 0.5 + noise * np.random.default_rng([seed, step]).standard_normal((3, *canvas))

    def canvas(self, kind: str) -> np.ndarray:
        return self.output

    def loss(self) -> float:
        return 1 / self.step

    def state(self) -> dict:
        return {"step": np.array(self.step)}


def fit(problem, preset, *, seed, state=None, dtype="float32"):
    return (Snapshot(step, problem.canvas, seed) for step in range(1, preset.steps + 1))


@pytest.fixture
def folder(tmp_path):
    pixels = np.random.default_rng(0).integers(100, 156, (40, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "grain.png")
    mask = np.full((40, 64), 255, np.uint8)
    mask[10:20, 20:40] = 0
    Image.fromarray(mask).save(tmp_path / "grain_mask.png")
    return tmp_path


@pytest.mark.parametrize(
    ("damage", "variant"),
    [
        (Damage("super-resolution", 8), "base+steps=60"),
        (Damage("denoise", 25), "fast+steps=60+stop=emv"),
        (Damage("restore-pixels", 0.5, shrink=2), "transposed+steps=60"),
        (Damage("inpaint", 0, shrink=2), "fast+steps=60+stop=emv"),
    ],
    ids=lambda value: getattr(value, "task", ""),
)
def test_a_trial_leaves_readings_stops_and_the_last_average(folder, damage, variant):
    trial = Trial(variant, "grain", damage, 3, folder)
    assert not finished(trial, folder)
    run_trial(trial, fit, folder)
    assert finished(trial, folder)
    assert np.load(folder / f"{trial.name}.npy").shape[0] == 3
    lines = study_table(folder).splitlines()
    assert len(lines) == 3 and damage.words in lines[2] and "| 60 |" in lines[2]
    stops = stops_table(folder)
    assert ("sigma" in stops) == (damage.task == "denoise")
    assert all(float(line.split("|")[4]) >= -0.01 for line in stops.splitlines()[2:])  # no stopper does better than the best


def test_the_mean_of_noisy_canvases_is_worth_more_than_one(folder):
    damage, trials = Damage("denoise", 25), []
    for seed in range(3):
        trials.append(Trial("fast+steps=4+average=none+companion=false", "grain", damage, seed, folder))
        run_trial(trials[-1], fit, folder)
    line = ensembles_table(folder, folder).splitlines()[2].split("|")
    assert [word.strip() for word in line[1:6]] == ["fast+steps=4+average=none+companion=false", "denoise-25", "grain", "4", "3"]
    assert float(line[7]) > float(line[6]) + 0.3 and line[8].strip() == "-"
    (folder / f"{trials[0].name}.npy").unlink()
    with pytest.raises(ValueError, match="npy doesn't exist"):
        ensembles_table(folder, folder)


def test_refinements_are_tried_on_what_the_fits_ended_on(folder):
    (folder / "twin.png").write_bytes((folder / "grain.png").read_bytes())
    for name, seed, steps in product(("grain", "twin"), range(2), (3, 4)):
        run_trial(Trial(f"base+steps={steps}", name, Damage("super-resolution", 8), seed, folder), fit, folder)
    run_trial(Trial("fast+steps=4", "grain", Damage("denoise", 25), 0, folder), fit, folder)
    rows = refinements_table(folder, folder, 2).splitlines()
    heading, _, *lines = ([word.strip() for word in row.split("|")[1:-1]] for row in rows)
    assert [line[2] for line in lines] == ["grain", "twin", ""] * 2 and all(len(line) == len(heading) for line in lines)
    assert lines[3][:5] == ["base+steps=4", "x8", "grain", "4", "2"] and lines[3][5:] == lines[4][5:] == lines[5][5:]
    assert lines[5][5:] != lines[2][5:] and "+0.000" not in lines[3] and "-0.000" not in lines[3]
    with pytest.raises(ValueError, match="no image in .* was magnified with 3 seeds"):
        refinements_table(folder, folder, 3)
    *_, once = refinements_table(folder, folder, 2, ["1.3, 0.03"]).splitlines()
    heading, *_, thrice = refinements_table(folder, folder, 2, ["1.3,0.03,3"]).splitlines()
    assert heading.endswith("| 1.3,0.03,3 |") and once != thrice
    *_, near = refinements_table(folder, folder, 2, ["1.3,0.03,3,1"]).splitlines()
    assert near != thrice
    for wrong in ("1.3", "1.3,a", "1.3,0.03,1.5", "1,0,1,1,1"):
        with pytest.raises(ValueError, match=f"like 1.3,0.06,3,9, not '{wrong}'"):
            refinements_table(folder, folder, 2, [wrong])


def test_companions_are_tried_on_what_the_fits_ended_on(folder):
    for damage, variant in ((Damage("denoise", 25), "fast+steps=4"), (Damage("dejpeg", 10), "fast+steps=4")):
        run_trial(Trial(variant, "grain", damage, 0, folder), fit, folder)
    rows = companions_table(folder, folder).splitlines()[2:]
    dejpeg, denoise = ([float(cell) if cell.strip() != "-" else None for cell in row.split("|")[6:10]] for row in rows)
    assert dejpeg[3] is None and None not in dejpeg[:3]  # it withholds nothing
    assert denoise[3] > denoise[1] and denoise[2] > denoise[1]  # after four steps every companion is better
    for path in folder.glob("*.json"):
        path.unlink()
    with pytest.raises(ValueError, match="no fit in .* has a companion"):
        companions_table(folder, folder)


def test_a_stopper_is_judged_by_the_average_that_the_preset_takes(folder):
    trial = Trial("fast+steps=300+average_decay=0.998", "grain", Damage("denoise", 25), 0, folder)
    run_trial(trial, fit, folder)
    last = read_readings(folder / f"{trial.name}.csv")[-1]
    assert last.average != last.average_998 and f"{last.average_998:.2f}" in study_table(folder)


@pytest.mark.parametrize("stop", ["emv", "wmv", "plateau", "sigma"])
def test_a_shadow_ends_where_the_stopper_itself_would(folder, stop):
    preset = replace(variant_preset("fast+stop=emv", Damage("denoise", 25), 600), patience=15)
    case = study_case(folder / "grain.png", Damage("denoise", 25), preset)
    stoppers, stopper = StopperEvaluation(case.problem, preset), build_stopper(case.problem, replace(preset, stop=stop))
    ended = None
    for snapshot in fit(case.problem, preset, seed=0):
        stoppers(snapshot)
        if ended is None and stopper.done(snapshot):
            ended = snapshot.step
    found = {end["stop"]: end for end in stoppers.endings(snapshot, lambda canvas: float(canvas.sum()))}[stop]
    assert found["ended"] == (ended or 600) and found["step"] == stopper.step
    assert found["quality"] == float(stopper.canvas.sum())


def test_the_truth_doesnt_reach_the_fit(folder):
    seen = []

    def looking(problem, preset, *, seed, **settings):
        seen.append(problem)
        return fit(problem, preset, seed=seed)

    damage = Damage("restore-pixels", 0.5)
    run_trial(Trial("transposed+steps=60", "grain", damage, 0, folder), looking, folder)
    problem = seen[0]
    assert not problem.observation[:, problem.known[0] == 0].any()


def test_inpainting_is_judged_by_its_holes(folder):
    case = study_case(folder / "grain.png", Damage("inpaint", 0), variant_preset("fast", Damage("inpaint", 0)))
    image = case.truth.copy()
    image[:, :5] = 0
    assert case.score(image, case.truth) == np.inf
    image[:, 10:20, 20:40] += 0.1
    assert case.score(image, case.truth) == pytest.approx(20, abs=1e-3)
    half = study_case(folder / "grain.png", Damage("inpaint", 0, shrink=2), variant_preset("fast", Damage("inpaint", 0)))
    assert set(np.unique(half.problem.known)) == {0, 1}
    with pytest.raises(ValueError, match="grain_mask_mask"):
        study_case(folder / "grain_mask.png", Damage("inpaint", 0), case)


def test_the_damage_is_the_same_for_every_seed_of_the_fit(folder):
    damage = Damage("denoise", 25)
    first, again = (study_case(folder / "grain.png", damage, variant_preset("fast", damage)) for _ in range(2))
    np.testing.assert_array_equal(first.problem.observation, again.problem.observation)


def test_held_out_has_a_fit_of_its_own(folder):
    preset = variant_preset("fast+stop=held-out+steps=60", Damage("denoise", 25))
    case = study_case(folder / "grain.png", Damage("denoise", 25), preset)
    stoppers = StopperEvaluation(case.problem, preset)
    for snapshot in fit(case.problem, preset, seed=0):
        stoppers(snapshot)
    assert [end["stop"] for end in stoppers.endings(snapshot, np.sum)] == ["held-out"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"task": "paint", "amount": 1}, "task must be one of"),
        ({"task": "super-resolution", "amount": 1}, "between 2 and 32"),
        ({"task": "denoise", "amount": -1}, "between 0 and 255"),
        ({"task": "restore-pixels", "amount": 2}, "between 0 and 1"),
    ],
)
def test_damage_that_cant_be_done_is_refused(settings, words):
    with pytest.raises(ValueError, match=words):
        Damage(**settings)


def test_a_damage_is_written_as_it_is_read():
    damage = Damage("denoise", 25.0, shrink=2, seed=1)
    assert Damage(**asdict(damage)) == damage and damage.words == "denoise-25-shrunk-2"


def test_a_task_of_an_earlier_record_has_its_present_name():
    assert Damage("super-resolution", 8) == Damage("super-resolve", 8) and Damage("super-resolution", 8).words == "x8"
