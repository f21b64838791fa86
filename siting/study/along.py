"""Keep what is found along one network, of streets or of roads: minutes, which points it reaches, and its lengths.

The network is joined only where no cached matrix serves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.data.kept import Kept, hash_of
from siting.geo.network import StreetNetwork
from siting.geo.roads import RoadNetwork
from siting.geo.travel import snap

Csr = sparse.csr_array[np.float64]
Points = NDArray[np.float64]
N = TypeVar("N", StreetNetwork, RoadNetwork)


@dataclass(frozen=True, eq=False)
class Along(Generic[N]):
    """What is found along a network.

    Parameters
    ----------
    kept
        Where matrices are kept.
    parts
        All that the network and the minutes along it depend on, as `hash_of` takes it.
    join
        Makes the network.
    snap_limit_m
        How far from a street a point may be, metres.
    """

    kept: Kept
    parts: Sequence[object]
    join: Callable[[], N]
    snap_limit_m: float

    @cached_property
    def network(self) -> N:
        """The network, joined where it is first asked for."""
        return self.join()

    @cached_property
    def _key(self) -> bytes:
        return hash_of(self.parts)

    def minutes(self, origins: Points, targets: Points, find: Callable[[N], Csr]) -> Csr:
        """Return minutes from origins to targets, from the cache where they are there."""
        shape = (len(origins), len(targets))
        if 0 in shape:
            return sparse.csr_array(shape, dtype=np.float64)
        return self.kept.matrix([self._key, "minutes", origins, targets], shape, lambda: find(self.network))

    def reaches(self, points: Points) -> NDArray[np.bool_]:
        """Tell which points have a street within the snapping limit, shape (q,)."""
        found = self.kept.matrix([self._key, "snap", points], (1, len(points)), lambda: self._snapped(points))
        return np.asarray(found.toarray()[0] > 0, dtype=np.bool_)

    def _snapped(self, points: Points) -> Csr:
        edge = snap(self.network, points, limit_m=self.snap_limit_m).edge
        return sparse.csr_array((edge >= 0).astype(np.float64)[None, :])

    def lengths(self) -> tuple[float, float]:
        """Return the length of the streets in the network and of those left out, metres."""
        found = self.kept.matrix(
            [self._key, "lengths"], (1, 2),
            lambda: sparse.csr_array(np.array([[self.network.kept_m, self.network.dropped_m]])),
        )  # fmt: skip
        kept, dropped = found.toarray()[0].tolist()
        return kept, dropped
