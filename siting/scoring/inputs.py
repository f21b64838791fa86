"""Hold what features are computed from, aligned to the candidates, and what a feature states of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from siting.access.drive import Drives
from siting.access.ptal import RouteService
from siting.competition.presence import typical_attraction
from siting.competition.share import Market, captured_alone
from siting.settings.score import ScoreSettings

Direction = Literal["more", "less"]
Family = Literal["access", "demand", "competition"]
Csr = sparse.csr_array[np.float64]


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What serves the demand already: u outlets, rivals' and our own that stay.

    Parameters
    ----------
    minutes
        Walking minutes from the demand points, shape (n, u).
    amount
        Attraction of each, shape (u,), at least 0.
    own
        The supply that a candidate is itself, as where existing outlets are measured as candidates, shape (m,); −1
        where it is none.
    """

    minutes: Csr
    amount: NDArray[np.float64]
    own: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class FeatureInputs:
    """What features are computed from: m candidates, n demand points, s stops, r rivals, q sites.

    Parameters
    ----------
    ids
        The candidates' ids, in the order of all arrays; the first m sites are the candidates.
    on_street
        Whether a street is near enough to a candidate, shape (m,).
    rivals_known
        Whether the competitor layer covers a candidate, shape (m,).
    candidate_stops, candidate_rivals
        Walking minutes, shapes (m, s) and (m, r), explicit entries for reachable pairs.
    demand_candidates
        Walking minutes, shape (n, m).
    is_station, departures_per_hour
        Of the stops, shape (s,); departures NaN where unknown.
    attraction_of_rivals
        Shape (r,), from 0: 0 is no rival.
    own_attraction
        Attraction of the newcomer in the rivals' unit, shape (m,), above 0.
    value
        What each demand point counts for the target market, shape (n,).
    market
        Attraction of all q sites, of rivals, and the demand itself.
    kept
        Positions of our existing outlets among the sites.
    settings
        Radii, kernels and models.
    service
        The stops' routes, or None where there is no timetable.
    value_in_hours
        The demand while outlets are open, shape (n,), or None where nothing is known by the part of the day.
    supply
        What serves the demand already, or None where nobody looked.
    drives
        Minutes by car from the demand points, or None where they are not known or not counted.
    """

    ids: pd.Index[str]
    on_street: NDArray[np.bool_]
    rivals_known: NDArray[np.bool_]
    candidate_stops: Csr
    candidate_rivals: Csr
    demand_candidates: Csr
    is_station: NDArray[np.bool_]
    departures_per_hour: NDArray[np.float64]
    attraction_of_rivals: NDArray[np.float64]
    own_attraction: NDArray[np.float64]
    value: NDArray[np.float64]
    market: Market
    kept: NDArray[np.int64]
    settings: ScoreSettings
    service: RouteService | None = None
    value_in_hours: NDArray[np.float64] | None = None
    supply: Supply | None = None
    drives: Drives | None = None

    @property
    def stops_within_min(self) -> float:
        """Walk within which a stop counts, minutes."""
        return self.settings.transport.stops_within_m / self.settings.travel.walk_m_per_min

    @property
    def rivals_within_min(self) -> float:
        """Walk within which a rival counts, minutes."""
        return self.settings.competition.rivals_within_m / self.settings.travel.walk_m_per_min

    @property
    def full_rivals(self) -> NDArray[np.bool_]:
        """Whether a rival attracts enough to be called one, shape (r,)."""
        least = self.settings.competition.nearest_from * typical_attraction(self.attraction_of_rivals)
        enough = (self.attraction_of_rivals >= least) & (self.attraction_of_rivals > 0)
        return np.asarray(enough, dtype=np.bool_)

    @cached_property
    def won_alone(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What each candidate would win as the only new outlet, and how much of it from our own, shape (m,) each."""
        return captured_alone(self.market, self.kept, np.arange(len(self.ids), dtype=np.int64))

    def known(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return competition figures, NaN where the competitor layer does not cover the candidate."""
        return np.where(self.rivals_known, values, np.nan)


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One feature: its column name, what it is called, its unit, which way is good, and the function it comes from.

    A ``costly`` one is computed only where it has a weight; else its column is empty.
    """

    name: str
    label: str
    unit: str
    direction: Direction
    family: Family
    source: str
    compute: Callable[[FeatureInputs], NDArray[np.float64]]
    costly: bool = False
