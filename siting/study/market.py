"""Make the market of a project: our sites' attraction, the rivals', and the demand they compete for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from siting.competition.huff import elsewhere_attraction, rivals_attraction, site_attraction
from siting.competition.presence import typical_attraction
from siting.competition.share import Market
from siting.data.layers import SitingData
from siting.settings.score import CompetitionSettings
from siting.study.attraction import attractions_of
from siting.study.travel import Csr


@dataclass(frozen=True, kw_only=True)
class ProjectMarket:
    """The market, with what it was made of.

    Parameters
    ----------
    market
        Attraction of the sites (n, m_all), of rivals and elsewhere (n,), and demand (n,), the generic weight.
    own_size, rival_size
        Pull of every site and of every rival before the walk, shapes (m_all,) and (r,); 0 for who is no rival.
    elsewhere
        Attraction of going elsewhere, the same for every demand point; part of ``market.rivals``.
    notes
        What was assumed.
    """

    market: Market
    own_size: NDArray[np.float64]
    rival_size: NDArray[np.float64]
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
        When what outlets attract by is not known (see `attractions_of`).
    """
    found = attractions_of(data, settings)
    own, rivals = found.site_pull, found.rival_pull
    typical = typical_attraction(rivals)
    elsewhere = elsewhere_attraction(typical, settings)
    notes = list(found.notes)
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
    return ProjectMarket(market=market, own_size=own, rival_size=rivals, elsewhere=elsewhere, notes=tuple(notes))


def rivals_known(data: SitingData, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which places, shape (k, 2), the competitor layer covers; without an area all, unless the layer is empty."""
    if data.area is None:
        return np.full(len(xy), len(data.competitors) > 0)
    return np.asarray(shapely.intersects_xy(data.area, *xy.T), dtype=np.bool_)
