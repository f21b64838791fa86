"""Compute walking costs between the layers of a project once, and keep them in ``out/.cache``.

A cached matrix is named by a hash of everything it depends on: the streets, both sets of points, the walking settings
and our own code. A file that cannot be read back whole is ignored and made again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from outlet.artefacts import hash_code
from outlet.commit import STAGING_PREFIX
from outlet.progress import SILENT, Progress
from outlet.project import Project
from siting.data.layers import SitingData, demand_points, points_of
from siting.geo.network import StreetNetwork, build_network
from siting.geo.straight import straight_minutes
from siting.geo.travel import snap, travel_minutes
from siting.settings import SitingSettings
from siting.settings.score import TravelSettings

Csr = sparse.csr_array[np.float64]
Points = NDArray[np.float64]

FILES_KEPT = 16
PREFIX = "walk-"
_DAMAGED = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, OverflowError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True, kw_only=True)
class TravelCosts:
    """Walking minutes along streets, CSR with explicit entries only for pairs within the cutoff.

    Sites are the candidates in order, then the existing outlets in order.

    Parameters
    ----------
    demand_sites
        From n demand points to all sites, shape (n, m_all).
    demand_rivals
        From n demand points to r competitors, shape (n, r).
    candidate_stops
        From m candidates to s stops, shape (m, s).
    candidate_rivals
        From m candidates to r competitors, shape (m, r).
    demand_on_street, site_on_street
        Whether a street of the connected network is near enough, shapes (n,) and (m_all,).
    streets_m, dropped_m
        Length of the streets in the network, and of those not connected to it, metres.
    """

    demand_sites: Csr
    demand_rivals: Csr
    candidate_stops: Csr
    candidate_rivals: Csr
    demand_on_street: NDArray[np.bool_]
    site_on_street: NDArray[np.bool_]
    streets_m: float
    dropped_m: float


def site_points(data: SitingData) -> Points:
    """Return the coordinates of all sites: candidates, then existing outlets, shape (m_all, 2), metres."""
    return np.vstack([points_of(data.candidates), points_of(data.existing)])


def candidate_costs(project: Project, data: SitingData, cache: Path, progress: Progress = SILENT) -> Csr:
    """Return walking minutes from every demand point to every site, shape (n, m_all).

    Parameters
    ----------
    project
        Its ``[siting.score.travel]`` says how people walk and how far they are followed.
    data
        The layers.
    cache
        Folder of cached matrices, ``out/.cache``.
    progress
        Where to tell what is computed.
    """
    return _Walker(project, data, cache, progress).minutes("sites", demand_points(data), site_points(data))


def rival_costs(project: Project, data: SitingData, cache: Path, progress: Progress = SILENT) -> Csr:
    """Return walking minutes from every demand point to every competitor, shape (n, r); as `candidate_costs`."""
    return _Walker(project, data, cache, progress).minutes("rivals", demand_points(data), points_of(data.competitors))


def street_network(project: Project, data: SitingData, progress: Progress = SILENT) -> StreetNetwork | None:
    """Return the streets as costs are computed along them, None where walks are straight lines."""
    walker = _Walker(project, data, Path(), progress)
    return None if walker.is_straight else walker.network


def tell_travel(settings: TravelSettings) -> list[str]:
    """Say that walks are straight lines, where they are: an assumption that every figure rests on."""
    if settings.along == "streets":
        return []
    how = f"Walks are straight lines times {settings.detour:g} (siting.score.travel.detour), an assumption"
    return [f"{how}: no street, river or railway was looked at."]


def outlet_rivals(project: Project, data: SitingData, xy: Points, cache: Path, progress: Progress = SILENT) -> Csr:
    """Return walking minutes from some outlets, shape (p, 2), to every competitor, shape (p, r)."""
    walker = _Walker(project, data, cache, progress)
    return walker.minutes("competitors around outlets", xy, points_of(data.competitors))


def travel_costs(project: Project, data: SitingData, cache: Path, progress: Progress = SILENT) -> TravelCosts:
    """Return all walking costs that scoring needs; parameters as for `candidate_costs`."""
    walker = _Walker(project, data, cache, progress)
    demand, sites = demand_points(data), site_points(data)
    candidates, rivals, stops = points_of(data.candidates), points_of(data.competitors), points_of(data.stops)
    around = walker.minutes("stops and rivals", candidates, np.vstack([stops, rivals]))
    on_street = walker.on_street(np.vstack([demand, sites]))
    streets_m, dropped_m = walker.lengths()
    return TravelCosts(
        demand_sites=walker.minutes("sites", demand, sites),
        demand_rivals=walker.minutes("rivals", demand, rivals),
        candidate_stops=sparse.csr_array(around[:, : len(stops)]),
        candidate_rivals=sparse.csr_array(around[:, len(stops) :]),
        demand_on_street=on_street[: len(demand)],
        site_on_street=on_street[len(demand) :],
        streets_m=streets_m,
        dropped_m=dropped_m,
    )


class _Walker:
    """Walks along one project's streets; builds their network only where no cached matrix serves."""

    def __init__(self, project: Project, data: SitingData, cache: Path, progress: Progress) -> None:
        self.settings: TravelSettings = project.section("siting", SitingSettings).score.travel
        self.lines: NDArray[np.object_] = data.streets.geometry.to_numpy()
        self.is_straight = self.settings.along == "straight"
        self.cache = cache
        self.progress = progress

    @cached_property
    def network(self) -> StreetNetwork:
        self.progress.say(f"streets: joining {len(self.lines):,} lines into a walking network")
        return build_network(self.lines, self.settings.walk_m_per_min)

    @cached_property
    def streets_hash(self) -> bytes:
        coordinates, line = shapely.get_coordinates(self.lines, return_index=True)
        return hash_arrays(coordinates, line.astype(np.int64)).digest()

    def minutes(self, what: str, origins: Points, targets: Points) -> Csr:
        """Return walking minutes from origins to targets, from the cache where they are there."""
        shape = (len(origins), len(targets))
        if 0 in shape:
            return sparse.csr_array(shape, dtype=np.float64)
        if self.is_straight:
            return self._straight(what, origins, targets)
        file = self._file("minutes", origins, targets)
        found = read_matrix(file, shape)
        if found is not None:
            return found
        network = self.network
        self.progress.say(f"walks: {shape[0]:,} places to {shape[1]:,} {what}")
        made = travel_minutes(
            network,
            origins,
            targets,
            cutoff_min=self.settings.cutoff_min,
            snap_limit_m=self.settings.snap_limit_m,
        )
        write_matrix(file, made)
        return made

    def _straight(self, what: str, origins: Points, targets: Points) -> Csr:
        """Return walks in straight lines; these are found sooner than read from a file."""
        settings = self.settings
        self.progress.say(f"straight lines: {len(origins):,} places to {len(targets):,} {what}")
        speed = settings.walk_m_per_min
        return straight_minutes(
            origins, targets, cutoff_min=settings.cutoff_min, m_per_min=speed, detour=settings.detour
        )

    def on_street(self, points: Points) -> NDArray[np.bool_]:
        """Tell which points have a street within the snapping limit, shape (q,); all where walks are straight."""
        if self.is_straight:
            return np.ones(len(points), dtype=np.bool_)
        file = self._file("snap", points, points[:0])
        found = read_matrix(file, (1, len(points)))
        if found is None:
            edge = snap(self.network, points, limit_m=self.settings.snap_limit_m).edge
            found = sparse.csr_array((edge >= 0).astype(np.float64)[None, :])
            write_matrix(file, found)
        return np.asarray(found.toarray()[0] > 0, dtype=np.bool_)

    def lengths(self) -> tuple[float, float]:
        """Return the length of the streets in the network and of those left out, metres; 0 where walks are straight."""
        if self.is_straight:
            return 0.0, 0.0
        nothing = np.zeros((0, 2))
        file = self._file("lengths", nothing, nothing)
        found = read_matrix(file, (1, 2))
        if found is None:
            found = sparse.csr_array(np.array([[self.network.kept_m, self.network.dropped_m]]))
            write_matrix(file, found)
        kept, dropped = found.toarray()[0].tolist()
        return kept, dropped

    def _file(self, kind: str, origins: Points, targets: Points) -> Path:
        settings = f"{hash_code()} {kind} {self.settings.model_dump_json()}".encode()
        digest = hashlib.sha256(settings + self.streets_hash + hash_arrays(origins, targets).digest()).hexdigest()
        return self.cache / f"{PREFIX}{digest[:32]}.npz"


def hash_arrays(*arrays: NDArray[np.float64] | NDArray[np.int64]) -> hashlib._Hash:
    """Return a hash of arrays, their types and shapes."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype.str}{array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total


def read_matrix(file: Path, shape: tuple[int, int]) -> Csr | None:
    """Return a cached matrix, or None where the file is missing, damaged or not of that shape."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            matrix = sparse.csr_array((stored["data"], stored["indices"], stored["indptr"]), shape=shape)
        matrix.check_format(full_check=True)
    except _DAMAGED:
        return None
    return matrix if matrix.data.dtype == np.float64 and np.isfinite(matrix.data).all() else None


def write_matrix(file: Path, matrix: Csr) -> None:
    """Store a matrix whole or not at all, and drop the oldest files beyond those kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=STAGING_PREFIX, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, data=matrix.data, indices=matrix.indices, indptr=matrix.indptr)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    files = sorted(file.parent.glob(f"{PREFIX}*.npz"), key=lambda path: path.stat().st_mtime_ns)
    for old in files[:-FILES_KEPT]:
        old.unlink(missing_ok=True)
