"""Make the market of a project: our sites' attraction, the rivals', and the demand they compete for."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.huff import elsewhere_attraction, rivals_attraction, site_attraction
from siting.competition.presence import typical_attraction
from siting.competition.share import Market
from siting.data.layers import SitingData
from siting.settings.score import CompetitionSettings
from siting.study.travel import Csr


@dataclass(frozen=True, kw_only=True)
class ProjectMarket:
    """The market, with what it was made of.

    Parameters
    ----------
    market
        Attraction of the sites (n, m_all), of rivals and elsewhere (n,), and demand (n,), the generic weight.
    own_size
        Attraction of every site before the walk, shape (m_all,), in the rivals' unit.
    elsewhere
        Attraction of going elsewhere, the same for every demand point; part of ``market.rivals``.
    notes
        What was assumed.
    """

    market: Market
    own_size: NDArray[np.float64]
    elsewhere: float
    notes: tuple[str, ...]


def build_market(
    data: SitingData, demand_sites: Csr, demand_rivals: Csr, settings: CompetitionSettings
) -> ProjectMarket:
    """Return the market of all sites, candidates first, then existing outlets.

    ``demand_sites`` (n, m_all) and ``demand_rivals`` (n, r) are walking minutes from `siting.study.travel`.

    Raises
    ------
    InputError
        When our outlets are to attract by their area and no area is known.
    """
    rivals = data.competitors["attraction"].to_numpy(dtype=np.float64)
    typical = typical_attraction(rivals)
    own, notes = _own_sizes(data, settings, typical)
    elsewhere = elsewhere_attraction(typical, settings)
    if elsewhere > 0:
        notes.append(
            f"Customers may go elsewhere, as if a typical rival (attraction {typical:.4g}) stood "
            f"{settings.elsewhere_min:g} min away."
        )
    market = Market(
        attraction=site_attraction(own, demand_sites, settings),
        rivals=rivals_attraction(rivals, demand_rivals, elsewhere, settings),
        demand=data.demand["weight"].to_numpy(dtype=np.float64),
    )
    return ProjectMarket(market=market, own_size=own, elsewhere=elsewhere, notes=tuple(notes))


def rivals_known(data: SitingData, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which places, shape (k, 2), the competitor layer covers; without an area all, unless the layer is empty."""
    if data.area is None:
        return np.full(len(xy), len(data.competitors) > 0)
    return np.asarray(shapely.intersects_xy(data.area, *xy.T), dtype=np.bool_)


def _own_sizes(
    data: SitingData, settings: CompetitionSettings, typical: float
) -> tuple[NDArray[np.float64], list[str]]:
    """Return the attraction of every site, shape (m_all,), and what was assumed."""
    count = len(data.candidates) + len(data.existing)
    if settings.own_size == "fixed":
        if settings.own_attraction is not None:
            return np.full(count, settings.own_attraction), []
        note = f"Our outlets attract like a typical rival ({typical:.4g}): own_attraction is not set."
        return np.full(count, typical), [note]
    area = np.concatenate([_areas(data.candidates), _areas(data.existing)])
    unknown = ~(np.isfinite(area) & (area > 0))
    if unknown.all():
        raise InputError(
            "siting.score.competition.own_size is 'area_m2', but no site has an area_m2 above 0; "
            'give areas, or set own_size = "fixed"'
        )
    fill = settings.own_attraction if settings.own_attraction is not None else float(np.median(area[~unknown]))
    if not unknown.any():
        return area, []
    return np.where(unknown, fill, area), [f"{unknown.sum():,} of {count:,} sites without area: {fill:.4g} m² assumed."]


def _areas(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(frame["area_m2"], errors="coerce"), dtype=np.float64)
