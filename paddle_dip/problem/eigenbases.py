"""The eigenbases that SOAP turns gradients into, in NumPy and float64 for both frameworks: the same LAPACK, so the same bases.

A stack of n parameters of one shape is worked on at once. Small neighbouring axes, such as a kernel's height and width, are one
fold: each has a basis of its own, and the fold is turned by their Kronecker product, which is one matrix product instead of two.
"""

from math import prod

import numpy as np

Axes = tuple[np.ndarray, ...]
_FOLDED = 32  # the most entries that two axes are folded into: kernels up to 5x5
# A direction in which the statistics, their mean eigenvalue being 1, hold less than this counts as one without any: its order and
# its place in the basis stay as they were, where rounding alone would have decided them.
_NOTHING = 1e-8


def folds(shape: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Return a parameter's axes as folds: [64, 68, 3, 3] as (64,), (68,), (3, 3)."""
    if len(shape) > 2 and prod(shape[-2:]) <= _FOLDED:
        return (*((side,) for side in shape[:-2]), shape[-2:])
    return tuple((side,) for side in shape)


def turns(fold: tuple[int, ...], largest: int) -> bool:
    """Return whether a fold has bases: not where it is trivial, nor where a side of it exceeds `largest`."""
    return prod(fold) > 1 and max(fold) <= largest


def first_bases(statistics: np.ndarray, fold: tuple[int, ...]) -> Axes:
    """Return the eigenbases of each axis of a fold, [n, side, side], their columns by falling eigenvalue.

    statistics: [n, S, S] with S the product of the fold's sides. One gradient may leave most directions without any (the 64 side of
    a kernel for 3 outputs has 3 with): a basis of those is made up from the coordinates, so that it doesn't hang on rounding.
    """
    faint = statistics.shape[-1] * np.finfo(statistics.dtype).eps
    return tuple(np.stack([_eigenbasis(m, faint) for m in axis]).astype(statistics.dtype) for axis in _by_axis(statistics, fold))


def renewed_bases(statistics: np.ndarray, bases: Axes, fold: tuple[int, ...]) -> tuple[Axes, Axes]:
    """Return the bases after one power iteration and QR (Vyas et al., 2024, algorithm 4), and the reordering of their columns.

    The columns are first sorted by falling estimate of their eigenvalues; old columns times the reordering, [n, side, side] with
    one 1 in each column, gives them in the new order. R's diagonal is positive, which makes QR's result the only one.
    """
    renewed = [_renewed(m, basis) for m, basis in zip(_by_axis(statistics, fold), bases, strict=True)]
    return tuple(basis for basis, _ in renewed), tuple(reordering for _, reordering in renewed)


def whole(bases: Axes) -> np.ndarray:
    """Return the matrices that turn a fold, [n, S, S]: the axes' one by one multiplied by Kronecker."""
    product = bases[0]
    for basis in bases[1:]:
        n, side = len(product), product.shape[1] * basis.shape[1]
        product = np.einsum("nia,njb->nijab", product, basis).reshape(n, side, side)
    return product


def changes(old: Axes, new: Axes) -> Axes:
    """Return what turns coordinates in the old bases into those in the new."""
    return tuple(np.swapaxes(a, 1, 2) @ b for a, b in zip(old, new, strict=True))


def _by_axis(statistics: np.ndarray, fold: tuple[int, ...]) -> Axes:
    """Return the statistics of each axis in float64: partial traces of the fold's."""
    n, values = len(statistics), statistics.astype(np.float64)
    if len(fold) == 1:
        return (values,)
    values = values.reshape(n, *fold, *fold)
    return np.trace(values, axis1=2, axis2=4), np.trace(values, axis1=1, axis2=3)


def _eigenbasis(matrix: np.ndarray, faint: float) -> np.ndarray:
    side = len(matrix)
    if not np.isfinite(matrix).all():  # a fit that diverged: others look after that
        return np.eye(side)
    values, vectors = _by_falling_eigenvalue(matrix)
    rank = int((values > max(faint * values[0], _NOTHING * values.mean())).sum())
    known = vectors[:, :rank]
    if rank == side:
        return known
    rest = np.eye(side) - known @ known.T
    # Coordinates counted within the rest: unlike eigenvalues that are all nought, theirs are far apart.
    _, made_up = _by_falling_eigenvalue(rest * np.linspace(2, 1, side) @ rest)
    return np.concatenate([known, made_up[:, : side - rank]], axis=1)


def _by_falling_eigenvalue(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues and eigenvectors, of which the largest entry is positive."""
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1], vectors[:, ::-1]
    return values, vectors * _signs(vectors[np.abs(vectors).argmax(axis=0), np.arange(len(matrix))])


def _renewed(statistics: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    old, side = basis.astype(np.float64), basis.shape[1]
    # Of a fit that diverged the basis stays: others look after that.
    statistics = np.where(np.isfinite(statistics).all(axis=(1, 2), keepdims=True), statistics, 0)
    mean = np.maximum(np.trace(statistics, axis1=1, axis2=2), np.finfo(np.float64).tiny) / side
    power = statistics @ old  # [n, side, side], a column for each of the basis
    power /= mean[:, None, None]
    estimates = np.maximum((old * power).sum(axis=1), _NOTHING)
    order = np.argsort(-estimates, axis=1, kind="stable")
    power += _NOTHING * old
    ordered = np.swapaxes(power, 1, 2)[np.arange(len(order))[:, None], order]
    new, r = np.linalg.qr(np.swapaxes(ordered, 1, 2))
    new *= _signs(np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    reordering = np.swapaxes(np.eye(side, dtype=basis.dtype)[order], 1, 2)
    return new.astype(basis.dtype), reordering


def _signs(values: np.ndarray) -> np.ndarray:
    return np.where(values < 0, -1.0, 1.0)
