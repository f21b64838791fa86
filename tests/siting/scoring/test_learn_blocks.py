"""Outlets are left out block by block."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from siting.scoring.learn_blocks import blocked_folds, spatial_blocks
from siting.settings.learn import LearnSettings


def test_squares_by_hand() -> None:
    """Side 4 km: (3.9, 0.1) shares the square of the origin, (-0.1, 0.1) and (4.1, 0.1) lie beside it."""
    points = np.array([[100.0, 100.0], [3900.0, 100.0], [-100.0, 100.0], [4100.0, 100.0], [100.0, 3999.0]])
    block = spatial_blocks(points, LearnSettings(), 0)
    assert block[0] == block[1] == block[4]
    assert len({int(block[0]), int(block[2]), int(block[3])}) == 3
    wide = spatial_blocks(points, LearnSettings(block_m=10_000.0), 0)
    assert wide[3] == wide[0] != wide[2]


def test_clusters_part_two_towns() -> None:
    rng = np.random.default_rng(0)
    towns = [rng.normal((x, y), 300.0, (30, 2)) for x, y in ((0, 0), (50_000, 0), (0, 50_000))]
    chosen = LearnSettings(blocks="clusters", clusters=3)
    block = spatial_blocks(np.vstack(towns), chosen, 5)
    assert [len(set(block[30 * k : 30 * k + 30].tolist())) for k in range(3)] == [1, 1, 1]
    assert set(block.tolist()) == {0, 1, 2}
    np.testing.assert_array_equal(block, spatial_blocks(np.vstack(towns), chosen, 5))
    with pytest.raises(InputError, match=r"stand in 2 places; siting.score.learn.clusters = 3 is more"):
        spatial_blocks(np.array([[0.0, 0.0], [9.0, 9.0], [9.0, 9.0]]), chosen, 5)


@given(blocks=st.lists(st.integers(0, 12), min_size=5, max_size=80), folds=st.integers(3, 5))
@settings(max_examples=50, deadline=None)
def test_a_block_is_never_in_two_folds(blocks: list[int], folds: int) -> None:
    block = np.unique(np.array(blocks), return_inverse=True)[1].astype(np.int64)
    count = int(block.max()) + 1
    if count < folds:
        with pytest.raises(InputError, match=f"stand in {count} blocks; siting.score.learn.folds = {folds} needs"):
            blocked_folds(block, folds)
        return
    fold = blocked_folds(block, folds)
    assert set(fold.tolist()) == set(range(folds))
    assert all(len(set(fold[block == b].tolist())) == 1 for b in range(count))
    sizes = np.bincount(fold, minlength=folds)
    assert sizes.max() - sizes.min() <= np.bincount(block).max()
