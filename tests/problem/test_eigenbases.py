"""Eigenbases are what NumPy's eigh finds, converge to it when renewed, and don't hang on rounding where there is no gradient."""

import numpy as np
import pytest

from paddle_dip.problem.eigenbases import changes, first_bases, folds, renewed_bases, turns, whole


def statistics(side: int, rank: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    """Two matrices, [2, side, side], of `rank` positive eigenvalues."""
    factors = np.random.default_rng(seed).standard_normal((2, side, rank)) * np.exp(-np.arange(rank) / 3)
    return (factors @ np.swapaxes(factors, 1, 2)).astype(dtype)


def test_kernels_are_folded_and_large_sides_are_not():
    assert folds((64, 68, 3, 3)) == ((64,), (68,), (3, 3))
    assert folds((8, 4, 5, 5)) == ((8,), (4,), (5, 5))
    assert folds((1, 32, 16, 24)) == ((1,), (32,), (16,), (24,))
    assert folds((5, 7)) == ((5,), (7,))
    assert [turns(fold, 64) for fold in ((64,), (65,), (1, 1), (1,), (3, 3))] == [True, False, False, False, True]


def test_the_first_bases_are_eigenvectors_by_falling_eigenvalue():
    matrices = statistics(7, 7)
    (bases,) = first_bases(matrices, (7,))
    diagonal = np.swapaxes(bases, 1, 2) @ matrices @ bases
    np.testing.assert_allclose(diagonal, [np.diag(np.linalg.eigvalsh(m)[::-1]) for m in matrices], atol=1e-12)


def test_a_folds_bases_are_those_of_its_axes():
    gradient = np.random.default_rng(0).standard_normal((2, 4, 3, 10))
    folded = gradient.reshape(2, 12, 10)
    ours = first_bases(folded @ np.swapaxes(folded, 1, 2), (4, 3))
    rows, columns = np.einsum("nijk,nljk->nil", gradient, gradient), np.einsum("nijk,nilk->njl", gradient, gradient)
    for basis, matrices, side in zip(ours, (rows, columns), (4, 3), strict=True):
        np.testing.assert_allclose(basis, first_bases(matrices, (side,))[0], atol=1e-12)
    np.testing.assert_array_equal(whole(ours)[1], np.kron(ours[0][1], ours[1][1]))


@pytest.mark.parametrize("rank", [0, 1, 3])
def test_directions_without_a_gradient_do_not_hang_on_rounding(rank):
    """At first and renewed, whether every gradient has them or they are new."""
    exact = statistics(9, rank)
    noise = 1e-16 * np.random.default_rng(1).standard_normal((2, 9, 9))
    rounded = exact + noise + np.swapaxes(noise, 1, 2) if rank else exact
    (a,), (b,) = first_bases(exact, (9,)), first_bases(rounded, (9,))
    np.testing.assert_allclose(a, b, atol=1e-13)
    np.testing.assert_allclose(np.swapaxes(a, 1, 2) @ a, np.stack([np.eye(9)] * 2), atol=1e-14)
    (renewed,), (order,) = renewed_bases(exact, (a,), (9,))
    (again,), (same_order,) = renewed_bases(rounded, (b,), (9,))
    np.testing.assert_allclose(renewed, again, atol=1e-7)
    np.testing.assert_array_equal(order, same_order)


def test_renewals_converge_to_the_eigenvectors():
    matrices = statistics(6, 6)
    (wanted,) = first_bases(matrices, (6,))
    bases = (np.stack([np.eye(6)] * 2),)
    for _ in range(60):
        bases, _ = renewed_bases(matrices, bases, (6,))
    np.testing.assert_allclose(np.abs(np.swapaxes(wanted, 1, 2) @ bases[0]), np.stack([np.eye(6)] * 2), atol=1e-6)


def test_the_reordering_follows_the_eigenvalues():
    matrices, shuffled = statistics(5, 5), [3, 0, 4, 1, 2]
    (sorted_bases,) = first_bases(matrices, (5,))
    mixed = sorted_bases[:, :, shuffled]
    (renewed,), (order,) = renewed_bases(matrices, (mixed,), (5,))
    np.testing.assert_allclose(mixed @ order, sorted_bases, atol=1e-15)
    np.testing.assert_allclose(renewed, sorted_bases, atol=1e-6)
    np.testing.assert_allclose(changes((mixed,), (renewed,))[0], np.swapaxes(mixed, 1, 2) @ renewed, atol=0)


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_fit_that_diverged_is_left_to_its_guard(broken):
    matrices = statistics(4, 4)
    (bases,) = first_bases(matrices, (4,))
    matrices[1, 2, 3] = broken
    np.testing.assert_array_equal(first_bases(matrices, (4,))[0][1], np.eye(4))
    (renewed,), (order,) = renewed_bases(matrices, (bases,), (4,))
    np.testing.assert_allclose(renewed[1], bases[1], atol=1e-15)
    np.testing.assert_array_equal(order[1], np.eye(4))
