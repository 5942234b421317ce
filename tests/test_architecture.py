"""The straight line holds: who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FRAMEWORKS = ("paddle", "torch")


def modules(*folders: str) -> list[str]:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__") for path in files]


def test_what_needs_no_framework_loads_none():
    names = modules("paddle_dip/problem", "paddle_dip/report", "paddle_dip/io", "paddle_dip/trained/problem")
    assert len(names) > 10
    load = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
    code = load + f"print([f for f in {FRAMEWORKS} if f in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "paddle_dip").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_package_never_imports_torch(path):
    assert not imports(path) & {"torch", "torch_ref", "tests", "tools"}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("paddle_dip", {"paddle", "PIL", "matplotlib"}),
        ("paddle_dip.cli.app", {"paddle", "gradio", "matplotlib", "jinja2", "scipy.fft", "scipy.signal", "scipy.ndimage"}),
    ],
)
def test_what_is_loaded_at_once_is_light(module, heavy):
    code = f"import {module}, sys; print(sorted({heavy} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_dependencies_are_listed_alike():
    """requirements.txt is complete by itself; pyproject.toml leaves Paddle to the user's choice of CPU or GPU."""
    import re

    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    gpu = [line for line in (ROOT / "requirements-gpu.txt").read_text().splitlines() if line and not line.startswith(("#", "-"))]
    project = re.search(r"^dependencies = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.S | re.M).group(1)
    listed = re.findall(r'"(.+?)"', project)
    paddle, gpu_paddle = wanted[0], gpu[0]
    assert wanted[1:] == listed == gpu[1:]
    assert paddle.replace("paddlepaddle", "paddlepaddle-gpu") == gpu_paddle
    assert f'cpu = ["{paddle}"]' in (ROOT / "pyproject.toml").read_text()


def reads_text(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    modes = [a.value for argument in call.args for a in ast.walk(argument) if isinstance(a, ast.Constant)]
    binary = any(isinstance(mode, str) and "b" in mode for mode in modes)
    opens = name == "open" and getattr(getattr(call.func, "value", None), "id", "") not in ("Image", "os", "archive") and not binary
    return opens or name == "read_text" or "text" in {keyword.arg for keyword in call.keywords}


def test_no_text_is_read_in_whatever_encoding_the_locale_has():
    for path in (p for folder in ("paddle_dip", "tools", "torch_ref") for p in (ROOT / folder).rglob("*.py")):
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        for call in filter(reads_text, calls):
            assert "encoding" in {keyword.arg for keyword in call.keywords}, f"{path}:{call.lineno}"
