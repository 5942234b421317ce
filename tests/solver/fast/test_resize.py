"""Resampling by the compiled operator is what the matrices give."""

import numpy as np
import paddle
import pytest

from paddle_dip.problem.resampling import Resize, kernel_resize, pillow_resize
from paddle_dip.problem.tasks import Problem
from paddle_dip.solver.fast import build, operators
from paddle_dip.solver.operators import observe

pytestmark = pytest.mark.skipif(not build.available(), reason=f"no compiled operators: {build.reason()}")


def random_matrix(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).standard_normal(shape)


RESIZES = {
    "smaller, clipped": pillow_resize((64, 48), (16, 12), clip=True),
    "smaller": kernel_resize((64, 48), "lanczos2", 4),
    "larger": pillow_resize((16, 12), (64, 48), kernel="bicubic"),
    "one pixel": pillow_resize((9, 7), (1, 1)),
    "all of the matrix": Resize(random_matrix(5, 9), random_matrix(4, 7), clip=True),
    "a row of zeros": Resize(np.eye(6)[:, :5] * [0, 1, 1, 1, 1], np.eye(3, 8)),
}


def twin(operator: Resize, dtype: str = "float32"):
    canvas = operator.rows.shape[1], operator.columns.shape[1]
    return observe(Problem(np.zeros((3, *operator.output_size(canvas)), np.float32), canvas, operator=operator), dtype=dtype)


def with_gradient(operator: Resize, image: np.ndarray, weights: np.ndarray, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    x = paddle.to_tensor(image, dtype=dtype, stop_gradient=False)
    y = twin(operator, dtype)(x)
    (y * paddle.to_tensor(weights, dtype=dtype)).sum().backward()
    return y.numpy(), x.grad.numpy()


@pytest.mark.parametrize("name", RESIZES)
def test_image_and_gradient_are_those_of_the_matrices(name, monkeypatch):
    operator = RESIZES[name]
    random, size = np.random.default_rng(0), (operator.rows.shape[1], operator.columns.shape[1])
    image = random.uniform(-0.3, 1.3, (2, 3, *size)).astype(np.float32)  # a part of it is cut off
    if not paddle.__version__.startswith("3.0."):  # whose clip takes the limit for beyond it
        image[0, 0] = 0  # on the limit, which is not cut off
    weights = random.standard_normal((2, 3, *operator.output_size(size)))
    taken = []
    monkeypatch.setattr(operators, "resize", lambda *rest, resize=operators.resize, **how: taken.append(1) or resize(*rest, **how))
    found, exact = (with_gradient(operator, image, weights, dtype) for dtype in ("float32", "float64"))
    assert taken == [1]
    for value, expected in zip(found, exact, strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-5 * max(np.abs(expected).max(), 1))


def test_what_is_no_number_stays_none():
    image = paddle.full([1, 1, 64, 48], 0.5)
    image[0, 0, 30, 20] = float("nan")
    assert paddle.isnan(twin(RESIZES["smaller, clipped"])(image)).any()


def test_matrices_of_another_size_are_refused():
    with pytest.raises(Exception, match="rows must be"):
        operators.resize(paddle.rand([1, 1, 8, 8]), paddle.rand([4, 9]), paddle.rand([4, 8]), clip=False)
