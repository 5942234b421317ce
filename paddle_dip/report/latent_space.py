"""A picture of a latent space."""

import io

import numpy as np
from matplotlib.figure import Figure


def latent_scatter(vectors: np.ndarray, labels: np.ndarray) -> bytes:
    """Return a PNG of latent vectors, [N, latent], on their two principal axes, coloured by label, [N] whole numbers."""
    centred = vectors - vectors.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:2]
    spread = centred @ axes.T
    figure = Figure(figsize=(6, 5), layout="constrained")
    axis = figure.subplots()
    for label in np.unique(labels):
        chosen = spread[labels == label]
        axis.scatter(chosen[:, 0], chosen[:, 1], s=4, label=str(label), color=f"C{int(label) % 10}")
    axis.set(xlabel="first principal axis", ylabel="second", title=f"{len(vectors)} latent vectors of {vectors.shape[1]} numbers")
    axis.legend(markerscale=3)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()
