"""Resampling matrices against Pillow and against a slow convolution; back-projection's properties."""

import numpy as np
import pytest
from PIL import Image

from paddle_dip.problem.kernels import kernel_1d
from paddle_dip.problem.resampling import Resize, back_project, kernel_resize, pillow_matrix, pillow_resize

FILTERS = {"lanczos": Image.Resampling.LANCZOS, "bicubic": Image.Resampling.BICUBIC}


@pytest.mark.parametrize("kernel", FILTERS)
@pytest.mark.parametrize("target", [(37, 31), (18, 10), (5, 4), (74, 62), (90, 101)])
def test_is_pillows_resize(picture, kernel, target):
    ours = pillow_resize(picture.shape[1:], target, kernel=kernel)(picture.astype(np.float64))
    for plane, expected in zip(picture, ours, strict=True):
        # Pillow computes "F" images in float32 and doesn't clip them.
        theirs = np.asarray(Image.fromarray(plane, mode=None).resize(target[::-1], FILTERS[kernel]))
        np.testing.assert_allclose(expected, theirs, atol=2e-6)


@pytest.mark.parametrize(("source", "target"), [(31, 5), (5, 31), (256, 32), (7, 7)])
def test_rows_sum_to_one(source, target):
    np.testing.assert_allclose(pillow_matrix(source, target).sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize(
    ("kernel", "factor", "phase"),
    [("lanczos2", 4, 0.5), ("lanczos2", 3, 0), ("lanczos3", 2, 0.5), ("gauss12", 4, 0), ("gauss1sq2", 2, 0), ("box", 3, 0.5)],
)
def test_kernel_resize_is_a_strided_convolution_over_replicated_edges(picture, kernel, factor, phase):
    window = kernel_1d(kernel, factor, phase=phase)
    size = len(window)
    pad = (size - 1) // 2 if size % 2 else (size - factor) // 2
    padded = np.pad(picture[0].astype(np.float64), pad, mode="edge")
    kernel_2d = np.outer(window, window)
    height, width = ((side - size) // factor + 1 for side in padded.shape)
    slow = np.array(
        [
            [(padded[i * factor : i * factor + size, j * factor : j * factor + size] * kernel_2d).sum() for j in range(width)]
            for i in range(height)
        ]
    )
    np.testing.assert_allclose(kernel_resize(picture.shape[1:], kernel, factor, phase=phase)(picture[0]), slow, atol=1e-12)


def test_adjoint_on_an_odd_size(picture):
    operator = pillow_resize((37, 31), (9, 5))
    x = picture.astype(np.float64)
    y = np.random.default_rng(0).standard_normal((3, 9, 5))
    assert np.vdot(operator(x), y) == pytest.approx(np.vdot(x, operator.rows.T @ y @ operator.columns), rel=1e-12)


def test_clip_keeps_each_pass_within_bounds():
    step = np.zeros((1, 16, 16))
    step[:, :, 8:] = 1
    assert pillow_resize((16, 16), (8, 8))(step).max() > 1
    clipped = pillow_resize((16, 16), (8, 8), clip=True)(step)
    assert clipped.min() >= 0 and clipped.max() <= 1


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match="too small"):
        kernel_resize((1, 8), "box", 2)


class TestBackProjection:
    operator = pillow_resize((64, 48), (8, 6))

    def observation(self):
        rows, columns = np.mgrid[0:8, 0:6]
        return (0.5 + 0.3 * np.sin(rows) * np.cos(columns))[None]

    def test_result_shrinks_to_the_observation(self):
        observation = self.observation()
        image = back_project(np.full((1, 64, 48), 0.5), observation, self.operator)
        np.testing.assert_allclose(self.operator(image), observation, atol=1e-3)

    def test_leaves_a_consistent_image_alone(self):
        image = np.full((1, 64, 48), 0.4)
        np.testing.assert_allclose(back_project(image, np.full((1, 8, 6), 0.4), self.operator), image, atol=1e-12)

    def test_a_saturated_observation_does_not_pull_the_image_back(self):
        overshoot = Resize(np.full((1, 2), 0.6), np.ones((1, 1)))
        image = np.full((1, 2, 1), 1.0)  # shrinks to 1.2, which 8 bits store as 1
        np.testing.assert_array_equal(back_project(image, np.ones((1, 1, 1)), overshoot), image)
        assert (back_project(image, np.full((1, 1, 1), 0.9), overshoot) < 1).all()

    def test_stays_within_bounds(self):
        image = back_project(np.random.default_rng(0).random((1, 64, 48)), self.observation(), self.operator)
        assert image.min() >= 0 and image.max() <= 1
