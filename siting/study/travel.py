"""Compute walking costs between the layers of a project once, and keep them in ``out/.cache``.

A cached matrix is named by a hash of everything it depends on: the streets, both sets of points, the walking settings
and our own code. A file that cannot be read back whole is ignored and made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.progress import SILENT, Progress
from outlet.project import Project
from siting.data.kept import Kept
from siting.data.layers import SitingData, demand_points, points_of
from siting.geo.network import StreetNetwork, build_network
from siting.geo.straight import straight_minutes
from siting.geo.travel import travel_minutes
from siting.settings import SitingSettings
from siting.settings.score import TravelSettings
from siting.study.along import Along

Csr = sparse.csr_array[np.float64]
Points = NDArray[np.float64]

KIND, FILES_KEPT = "walk", 16


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
    return None if walker.is_straight else walker.along.network


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
    """Walks along one project's streets, or in straight lines."""

    def __init__(self, project: Project, data: SitingData, cache: Path, progress: Progress) -> None:
        self.settings: TravelSettings = project.section("siting", SitingSettings).score.travel
        self.lines: NDArray[np.object_] = data.streets.geometry.to_numpy()
        self.is_straight = self.settings.along == "straight"
        self.progress = progress
        parts = (self.lines, self.settings.model_dump_json())
        self.along = Along(Kept(cache, KIND, FILES_KEPT), parts, self._join, self.settings.snap_limit_m)

    def _join(self) -> StreetNetwork:
        self.progress.say(f"streets: joining {len(self.lines):,} lines into a walking network")
        return build_network(self.lines, self.settings.walk_m_per_min)

    def minutes(self, what: str, origins: Points, targets: Points) -> Csr:
        """Return walking minutes from origins to targets, from the cache where they are there."""
        if self.is_straight:
            return self._straight(what, origins, targets)

        def find(network: StreetNetwork) -> Csr:
            self.progress.say(f"walks: {len(origins):,} places to {len(targets):,} {what}")
            limit = self.settings.snap_limit_m
            return travel_minutes(network, origins, targets, cutoff_min=self.settings.cutoff_min, snap_limit_m=limit)

        return self.along.minutes(origins, targets, find)

    def _straight(self, what: str, origins: Points, targets: Points) -> Csr:
        """Return walks in straight lines; these are found sooner than read from a file."""
        if 0 in (len(origins), len(targets)):
            return sparse.csr_array((len(origins), len(targets)), dtype=np.float64)
        settings = self.settings
        self.progress.say(f"straight lines: {len(origins):,} places to {len(targets):,} {what}")
        speed = settings.walk_m_per_min
        return straight_minutes(
            origins, targets, cutoff_min=settings.cutoff_min, m_per_min=speed, detour=settings.detour
        )

    def on_street(self, points: Points) -> NDArray[np.bool_]:
        """Tell which points have a street within the snapping limit, shape (q,); all where walks are straight."""
        return np.ones(len(points), dtype=np.bool_) if self.is_straight else self.along.reaches(points)

    def lengths(self) -> tuple[float, float]:
        """Return the length of the streets in the network and of those left out, metres; 0 where walks are straight."""
        return (0.0, 0.0) if self.is_straight else self.along.lengths()
