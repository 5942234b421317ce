"""The comparator: what passes, what fails, and what it leaves out."""

import numpy as np
import pytest

from paddle_dip.evaluation.parity.arrays import export_reprod_log, read_arrays, write_arrays
from paddle_dip.evaluation.parity.compare import biased, compare, locate
from paddle_dip.evaluation.parity.experiment import Experiment, checked, read_experiment
from paddle_dip.evaluation.parity.names import without_gradient


def one(a, b, name="forward/canvas", **settings):
    (stage,) = compare({name: a}, {name: b}, **settings)
    return stage


def test_equal_arrays_pass():
    stage = one(np.ones((2, 3)), np.ones((2, 3)), dtype="float64")
    assert stage.passed and stage.max_abs == 0 and stage.name == "forward"


@pytest.mark.parametrize(
    ("b", "reason"),
    [
        (np.ones((1, 3)), "shape"),  # would broadcast
        (np.ones((2, 3), np.float32), "dtype"),
        (np.full((2, 3), np.nan), "finite"),
        (np.full((2, 3), np.inf), "finite"),
        (np.ones((2, 3)) + 1e-11, "over tolerance"),
    ],
)
def test_what_fails(b, reason):
    stage = one(np.ones((2, 3)), b)
    assert not stage.passed and reason in stage.reason


def test_nan_on_both_sides_fails():
    assert not one(np.full(3, np.nan), np.full(3, np.nan)).passed


def test_both_sides_in_the_wrong_precision_fail():
    stage = one(np.ones(3, np.float32), np.ones(3, np.float32), dtype="float64")
    assert not stage.passed and "float32, not float64" in stage.reason


@pytest.mark.parametrize("swap", [False, True])
def test_an_array_that_one_side_lacks_fails(swap):
    a, b = {"loss/loss": np.zeros(()), "grad/w": np.zeros(2)}, {"loss/loss": np.zeros(())}
    stages = {s.name: s for s in (compare(b, a) if swap else compare(a, b))}
    assert stages["loss"].passed and not stages["grad/w"].passed and "only the" in stages["grad/w"].reason


def test_a_stage_shows_its_worst_array():
    a = {"data/z": np.zeros(2), "data/noise": np.zeros(3)}
    (stage,) = compare(a, {"data/z": np.zeros(2), "data/noise": np.ones(3)})
    assert stage.worst == "data/noise" and stage.arrays == 2 and not stage.passed


def test_float32_is_judged_by_its_own_tolerances():
    a = np.ones(3, np.float32)
    assert one(a, a + np.float32(5e-6)).passed
    assert not one(a, a + np.float32(5e-5)).passed


def test_float32_parameters_may_be_as_far_apart_as_the_learning_rate_takes_them():
    a = {"params_10/w": np.zeros(2, np.float32)}
    b = {"params_10/w": np.full(2, 0.1, np.float32)}
    assert [compare(a, b, learning_rate=rate)[0].passed for rate in (0.01, 0.001)] == [True, False]


def test_arrays_from_elsewhere_are_stages_of_their_own():
    stages = compare({"conv1": np.ones(2), "fc.out": np.ones(3)}, {"conv1": np.ones(2), "fc.out": np.zeros(3)})
    assert [(s.name, s.passed) for s in stages] == [("conv1", True), ("fc.out", False)]


def test_cancelled_biases_are_derived_from_the_names():
    names = ["s.down1.conv.bias", "s.down1.conv.weight", "s.down1.norm.bias", "s.merge.norm.bias", "s.up1.norm.bias", "head.bias"]
    assert without_gradient(names) == {"s.down1.conv.bias", "s.merge.norm.bias"}
    assert without_gradient(names, zero_pad=True) == {"s.down1.conv.bias"}  # a constant isn't one behind a border of zeros
    joined = ["ups.0.conv.bias", "ups.0.skip.bias", "ups.0.norm.bias", "ups.1.skip.bias", "ups.1.block.norm.bias", "start.up.bias"]
    assert without_gradient(joined) == {"ups.0.conv.bias", "ups.0.skip.bias"}
    assert without_gradient(["params_1/s.down1.conv.bias", "params_1/s.down1.norm.bias"]) == {"params_1/s.down1.conv.bias"}


def test_the_running_variance_is_brought_to_one_convention():
    values = np.random.default_rng(0).standard_normal((50, 3))
    keep = float(np.float32(0.9))
    unbiased, wanted = (keep + (1 - keep) * values.var(axis=0, ddof=d) for d in (1, 0))
    np.testing.assert_allclose(biased(unbiased, 50), wanted, rtol=1e-15)
    a = {"buffers/norm._variance": wanted}
    assert compare(a, {"buffers/norm._variance": unbiased, "unbiased_over/norm": np.array(50)})[0].passed
    assert not compare(a, {"buffers/norm._variance": unbiased})[0].passed


def test_the_first_layer_is_named_in_the_order_of_the_forward_pass():
    a = {f"layers/{name}": np.ones(2) for name in ("first", "fused", "second", "third")}
    b = {"layers/first": np.ones(2), "layers/second": np.zeros(2), "layers/third": np.zeros(2)}
    assert "forward: second is the first" in locate(a, b)


def test_arrays_keep_their_order_and_bits(tmp_path):
    arrays = {"b/x": np.arange(3.0), "a/y": np.array(1, np.float32)}
    write_arrays(tmp_path / "side.npz", arrays)
    back = read_arrays(tmp_path / "side.npz")
    assert list(back) == list(arrays) and all(np.array_equal(back[k], v) and back[k].dtype == v.dtype for k, v in arrays.items())


def test_a_folder_of_arrays_is_read(tmp_path):
    (tmp_path / "block").mkdir()
    np.save(tmp_path / "block" / "conv.npy", np.ones(2))
    np.savez(tmp_path / "more.npz", loss=np.zeros(()))
    assert set(read_arrays(tmp_path)) == {"block/conv", "loss"}


def test_pickled_arrays_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no .npz or .npy"):
        read_arrays(tmp_path)
    np.save(tmp_path / "bad.npy", np.array({"x": 1}, dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="bad.npy can't be read"):
        read_arrays(tmp_path)


def test_reprod_logs_layout(tmp_path):
    arrays = {"forward/canvas": np.ones(2), "grad/w": np.ones(3), "params_1/w": np.ones(3), "loss/loss": np.zeros(())}
    files = {f.name for f in export_reprod_log(tmp_path, "paddle", arrays)}
    assert files == {"forward_paddle.npy", "bp_align_paddle.npy", "train_align_paddle.npy", "loss_paddle.npy"}
    # ReprodDiffHelper.load_info reads a file this way.
    info = np.load(tmp_path / "forward_paddle.npy", allow_pickle=True).tolist()
    assert list(info) == ["forward/canvas"] and np.array_equal(info["forward/canvas"], np.ones(2))


def test_an_experiment_survives_json():
    experiment = Experiment(pad="replicate", clip=True)
    assert read_experiment(experiment.as_json()) == experiment


@pytest.mark.parametrize(
    "setting",
    [
        {"network": "x"},
        {"dtype": "int8"},
        {"steps": 0},
        {"operator": "x"},
        {"height": 65},
        {"pad": "x"},
        {"seed": -1},
        {"pad": "reflect", "network": "transposed"},
    ],
)
def test_an_experiment_that_cannot_run_is_refused(setting):
    with pytest.raises(ValueError, match=next(iter(setting))):
        checked(Experiment(**setting))
