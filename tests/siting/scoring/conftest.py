"""A town of one street with four candidates, drawn by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from siting.access.drive import Drives
from siting.access.ptal import RouteService
from siting.competition.huff import rivals_attraction, site_attraction
from siting.competition.share import Market
from siting.scoring.inputs import FeatureInputs, Supply
from siting.settings.catchment import CatchmentSettings
from siting.settings.data import MODES
from siting.settings.drive import DriveSettings
from siting.settings.score import CompetitionSettings, ScoreSettings


def csr(walks: list[list[float | None]]) -> sparse.csr_array:
    """Return walks as CSR; None is unreachable."""
    rows = [(i, j, walk) for i, row in enumerate(walks) for j, walk in enumerate(row) if walk is not None]
    shape = (len(walks), len(walks[0]) if walks else 0)
    data = np.array([walk for *_, walk in rows])
    return sparse.csr_array(sparse.coo_array((data, ([r[0] for r in rows], [r[1] for r in rows])), shape=shape))


@pytest.fixture
def four_candidates() -> FeatureInputs:
    """Four candidates; the third is outside the area of the competitor layer, the fourth off every street.

    Two demand points of 100 and 60 (worth 150 and 60 to the target market), one own outlet (site 4), one rival.
    Cars drive near the first three candidates; the second demand point is farther from the first than 10 minutes.
    A bus leaves the first stop 15 times an hour, a metro the second 20 times.
    """
    settings = ScoreSettings(
        catchment=CatchmentSettings(decay="linear", reach_min=10.0),
        drive=DriveSettings(decay="linear", reach_min=10.0),
        competition=CompetitionSettings(distance_exponent=1.0, elsewhere_min=0.0),
    )
    demand_sites = csr([[2.0, 5.0, 8.0, None, 4.0], [None, 5.0, 20.0, None, None]])
    demand = np.array([100.0, 60.0])
    attraction = site_attraction(np.ones(5), demand_sites, settings.competition)
    rivals = rivals_attraction(np.ones(1), csr([[4.0], [None]]), 0.0, settings.competition)
    return FeatureInputs(
        ids=pd.Index(["a", "b", "c", "d"]),
        on_street=np.array([True, True, True, False]),
        rivals_known=np.array([True, True, False, True]),
        candidate_stops=csr([[1.0, 7.0], [4.0, None], [None, None], [None, None]]),
        candidate_rivals=csr([[3.0], [15.0], [4.0], [None]]),
        demand_candidates=demand_sites[:, :4],
        is_station=np.array([False, True]),
        departures_per_hour=np.array([12.0, 6.0]),
        attraction_of_rivals=np.array([1.0]),
        own_attraction=np.ones(4),
        value=np.array([150.0, 60.0]),
        value_in_hours=np.array([40.0, 200.0]),
        market=Market(attraction, rivals, demand),
        kept=np.array([4], dtype=np.int64),
        settings=settings,
        supply=Supply(
            minutes=csr([[4.0, 4.0], [None, None]]),
            amount=np.array([1.0, 1.0]),
            own=np.full(4, -1, dtype=np.int64),
        ),
        drives=Drives(
            minutes=csr([[4.0, 0.0, 2.0, None], [12.0, 4.0, None, None]]), on_road=np.array([True, True, True, True])
        ),
        service=RouteService(
            per_hour=csr([[15.0, None], [None, 20.0]]),
            mode=np.array([MODES.index("bus"), MODES.index("metro")], dtype=np.int64),
            names=("15", "M"),
        ),
    )
