"""Files of weights that would run code, or that are none, are refused before anything in them is called."""

import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch

from paddle_dip.io.pdparams import read_pdparams
from paddle_dip.io.weights import read_weights
from tests.conftest import assert_refused, command
from torch_ref.weights import read_torch


class Evil:
    def __init__(self, call, *arguments):
        self.made_by = (call, arguments)

    def __reduce__(self):
        return self.made_by


def evil_files(marker):
    code = f"open({str(marker)!r}, 'w').write('ran')"
    yield Evil(exec, code)
    yield {"head.weight": Evil(exec, code)}
    yield {"head.weight": np.zeros(2), "x": Evil(eval, code)}
    yield {"head.weight": Evil(getattr, OrderedDict, "__subclasses__")}
    yield {"head.weight": Evil(open, str(marker), "w")}


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    marker = tmp_path / "marker"
    for number, content in enumerate(evil_files(marker)):
        data = pickle.dumps(content, protocol=2 + number % 3)
        with pytest.raises(ValueError, match="refused"):
            read_pdparams(data, tmp_path / "evil.pdparams")
        assert not marker.exists()
    pickle.loads(pickle.dumps(Evil(exec, f"open({str(marker)!r}, 'w').write('ran')")))
    assert marker.exists()  # the attack is real: the stock unpickler falls for it


def test_the_tool_refuses_a_malicious_file_in_one_line(tmp_path):
    marker = tmp_path / "marker"
    (tmp_path / "evil.pdparams").write_bytes(pickle.dumps(next(evil_files(marker))))
    result = command("tools/convert_weights.py", tmp_path / "evil.pdparams", tmp_path / "out.safetensors")
    assert_refused(result, "evil.pdparams", "exec")
    assert not marker.exists() and not (tmp_path / "out.safetensors").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([1, 2], "list"),
        ({"a": "text"}, "no array of numbers"),
        ({"a": np.array([None])}, "dtype O8"),
        ({"a": np.array(["text"])}, "dtype U4"),
        ({1: np.zeros(2)}, "no array of numbers"),
        ({"UnpackBigParamInfor@@": {}}, "in pieces"),
    ],
)
def test_other_pickles_are_refused(content, reason, tmp_path):
    with pytest.raises(ValueError, match=reason):
        read_pdparams(pickle.dumps(content), tmp_path / "x.pdparams")


def test_damaged_files_are_refused(tmp_path):
    whole = pickle.dumps({"a": np.zeros(100)})
    for data in (b"", b"text", whole[:50], whole[:-1]):
        with pytest.raises(ValueError, match="refused"):
            read_pdparams(data, tmp_path / "x.pdparams")
    for name in ("x.safetensors", "x.pth"):
        (tmp_path / name).write_bytes(b"text")
        with pytest.raises(ValueError, match=name):
            (read_torch if name.endswith("pth") else read_weights)(tmp_path / name)


def test_a_torch_file_that_would_run_code_is_refused(tmp_path):
    marker = tmp_path / "marker"
    torch.save(next(evil_files(marker)), tmp_path / "evil.pth")
    with pytest.raises(ValueError, match=r"evil.pth is refused"):
        read_torch(tmp_path / "evil.pth")
    assert not marker.exists()
