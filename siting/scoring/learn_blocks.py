"""Deal outlets into folds by where they stand, so that no outlet is judged by its neighbours.

Outlets near each other resemble each other in ways no feature tells. Left out one by one they are predicted from their
own neighbours, which flatters every model. So whole blocks are left out: squares of a stated side, or clusters
(k-means); blocks are dealt into folds of nearly equal numbers of outlets, the largest first. Source: spatial
block cross-validation (Roberts et al., 2017).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.model_selection import GroupKFold

from outlet.errors import InputError
from siting.settings.learn import LearnSettings


def spatial_blocks(points: NDArray[np.float64], settings: LearnSettings, seed: int) -> NDArray[np.int64]:
    """Return the block of each outlet, 0 … b − 1, shape (n,); ``points`` (n, 2) in metres.

    Squares have their corners at whole multiples of their side in the coordinate system.

    Examples
    --------
    >>> spatial_blocks(np.array([[100.0, 100.0], [3900.0, 10.0], [4100.0, 10.0]]), LearnSettings(), 0)
    array([0, 0, 1])
    """
    if settings.blocks == "squares":
        corners = np.floor(points / settings.block_m).astype(np.int64)
        _, block = np.unique(corners, axis=0, return_inverse=True)
        return np.asarray(block.reshape(-1), dtype=np.int64)
    places = len(np.unique(points, axis=0))
    if places < settings.clusters:
        raise InputError(f"outlets stand in {places} places; siting.score.learn.clusters = {settings.clusters} is more")
    fitted = KMeans(settings.clusters, n_init=5, random_state=seed).fit(points - points.mean(axis=0))
    return np.asarray(fitted.labels_, dtype=np.int64)


def blocked_folds(blocks: NDArray[np.int64], folds: int) -> NDArray[np.int64]:
    """Return the fold of each outlet, 0 … folds − 1, shape (n,); outlets of one block share a fold.

    Raises
    ------
    InputError
        When there are fewer blocks than folds.
    """
    count = len(np.unique(blocks))
    if count < folds:
        raise InputError(
            f"{blocks.size} outlets stand in {count} blocks; siting.score.learn.folds = {folds} needs at least "
            f"{folds}: make blocks smaller (block_m) or folds fewer"
        )
    fold = np.empty(blocks.size, dtype=np.int64)
    rows = np.zeros((blocks.size, 1))
    for number, (_, left_out) in enumerate(GroupKFold(folds).split(rows, groups=blocks)):
        fold[left_out] = number
    return fold
