"""torch_ref mirrors the solver and the trained networks: same files, names and signatures; neither loads the other's framework."""

import importlib
import inspect
import subprocess
import sys
from importlib.util import find_spec

import pytest

import torch_ref
from tests.conftest import ROOT
from tests.parity.conftest import SMALL_NETWORKS

SOLVER = ROOT / "paddle_dip" / "solver"
# Faster equivalents of slow operations have no mirror, nor has what sets Paddle up.
OWN = {SOLVER / "__init__.py", SOLVER / "device.py"}
FILES = [p.relative_to(SOLVER) for p in sorted(SOLVER.rglob("*.py")) if "fast" not in p.parts and p not in OWN]
DOTTED = [".".join(f.with_suffix("").parts).removesuffix(".__init__") for f in FILES]
PAIRS = {name: (f"paddle_dip.solver.{name}", f"torch_ref.{name}") for name in DOTTED}
TRAINED = ("networks", "networks.autoencoders", "networks.pix2pix", "networks.removal", "gradients", "initialisation", "losses")
PAIRS |= {f"trained.{name}": (f"paddle_dip.trained.{name}", f"torch_ref.trained.{name}") for name in TRAINED}
PAIRS["trace"] = ("paddle_dip.evaluation.parity.trace", "torch_ref.trace")


def public(module) -> dict:
    seen = {name: v for name, v in vars(module).items() if not name.startswith("_")}
    own = {name: v for name, v in seen.items() if getattr(v, "__module__", None) == module.__name__}
    return {name: v for name, v in own.items() if inspect.isfunction(v) or inspect.isclass(v)}


def signature(thing) -> list[tuple]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(thing).parameters.values()]


def assert_mirrored(name: str, ours, theirs) -> None:
    # Paddle has one device for all, set beforehand: an argument of the mirror's only.
    assert signature(ours) == [each for each in signature(theirs) if each[0] != "device" or each in signature(ours)], name
    if inspect.isclass(ours):
        methods = {n: m for n, m in vars(ours).items() if inspect.isfunction(m) and not n.startswith("__")}
        for method, function in methods.items():
            assert signature(function) == signature(vars(theirs)[method]), f"{name}.{method}"


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_signatures_are_mirrored(pair):
    ours, theirs = (importlib.import_module(name) for name in pair)
    for name, thing in public(ours).items():
        assert name in public(theirs)
        assert_mirrored(name, thing, public(theirs)[name])


@pytest.mark.parametrize("config", SMALL_NETWORKS.values(), ids=SMALL_NETWORKS)
def test_attribute_names_are_mirrored(config):
    from paddle_dip.evaluation.parity.trace import build_network
    from paddle_dip.io.weights import to_torch
    from torch_ref.networks import build_network as build_mirror

    ours = {name: tuple(v.shape) for name, v in build_network(config, 3).state_dict().items()}
    theirs = {name: tuple(v.shape) for name, v in build_mirror(config, 3).state_dict().items() if "num_batches" not in name}
    assert {name: v.shape for name, v in to_torch({n: ArrayOf(s) for n, s in ours.items()}).items()} == theirs


class ArrayOf:
    """As much of an array as a renamer looks at."""

    def __init__(self, shape: tuple[int, ...]):
        self.shape, self.ndim = shape, len(shape)


# By default tests/test_architecture.py reads what each file of the package imports.
PACKAGE = pytest.param("paddle_dip", "torch", marks=pytest.mark.slow)


@pytest.mark.parametrize(("folder", "foreign"), [PACKAGE, ("torch_ref", "paddle")])
def test_neither_side_loads_the_others_framework(folder, foreign):
    files = [p.relative_to(ROOT) for p in sorted((ROOT / folder).rglob("*.py")) if p.name != "__main__.py"]
    if not find_spec("gradio"):  # of the live page alone, an extra
        files = [path for path in files if "serve" not in path.parts]
    names = [".".join(f.with_suffix("").parts).removesuffix(".__init__") for f in files]
    code = f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\nprint({foreign!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# What of the package exists once, for both frameworks.
FRAMEWORK_FREE = ("paddle_dip.problem", "paddle_dip.trained.problem", "paddle_dip.errors")


def test_the_mirror_imports_nothing_of_the_package_but_what_needs_no_framework():
    import ast
    from pathlib import Path

    for path in Path(torch_ref.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
            for module in modules if isinstance(node, ast.Import | ast.ImportFrom) else []:
                assert not module.startswith("paddle_dip") or module.startswith(FRAMEWORK_FREE), path
