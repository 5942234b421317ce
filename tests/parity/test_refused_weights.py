"""Files of weights that would run code, or that are none, are refused before anything in them is called."""

import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors.torch import save

from paddle_dip.errors import InputError
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


@pytest.mark.parametrize("number", [b"r\xff\xff\xff\x7f", b"p2147483647\n"])
def test_a_number_that_would_take_gigabytes_is_refused(number, tmp_path):
    with pytest.raises(ValueError, match="numbers a value 2147483647"):
        read_pdparams(b"\x80\x02}" + number + b".", tmp_path / "x.pdparams")


def test_a_pickle_of_too_many_parts_is_refused(tmp_path):
    with pytest.raises(ValueError, match="more than 1000000 parts"):
        read_pdparams(b"\x80\x02" + b"}0" * 500_001 + b"}.", tmp_path / "x.pdparams")


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


def test_a_refused_torch_file_is_told_why_and_not_how_to_be_less_careful(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "whole.pth")
    with pytest.raises(InputError, match=r"whole.pth is refused.*torch.nn.modules.linear.Linear") as caught:
        read_torch(tmp_path / "whole.pth")
    assert "add_safe_globals" not in str(caught.value)
    torch.save({"a": torch.ones(2, 2).to_sparse()}, tmp_path / "sparse.pth")
    with pytest.raises(InputError, match="a is quantised or sparse"):
        read_torch(tmp_path / "sparse.pth")
    torch.save({"epoch": 3, "names": ["a"]}, tmp_path / "none.pth")
    with pytest.raises(InputError, match="holds no state_dict"):
        read_torch(tmp_path / "none.pth")


def header(text: str, after: bytes = b"") -> bytes:
    return len(text).to_bytes(8, "little") + text.encode() + after


WHOLE = save({"a": torch.ones(3, dtype=torch.bfloat16), "b": torch.ones(2, 2)})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (WHOLE[:5], "is cut off"),
        (WHOLE[:30], "is cut off"),
        (WHOLE[:-1], f"is cut off: it has {len(WHOLE) - 1} bytes where {len(WHOLE)}"),
        (WHOLE + b"x", "is a damaged safetensors file"),
        (b"PK\x03\x04" + bytes(40), "isn't a safetensors file"),
        (b"some text of a few words", "isn't a safetensors file"),
        (header("{nonsense}"), "is a damaged safetensors file: its header can't be read"),
        (header('{"a": [1]}'), "is a damaged safetensors file: its header can't be read"),
        (header('{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,1]}}', b"1"), "Q7"),
        (save({"a": torch.ones(4, dtype=torch.float8_e4m3fn)}), "holds a as F8_E4M3; .* F32, .* BF16"),
    ],
)
def test_a_bad_safetensors_file_is_told_its_real_fault(data, reason, tmp_path):
    (tmp_path / "w.safetensors").write_bytes(data)
    with pytest.raises(InputError, match=f"w.safetensors {reason}" if "Q7" not in reason else reason):
        read_weights(tmp_path / "w.safetensors")
