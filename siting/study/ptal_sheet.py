"""Show where the access index of the best candidates comes from: ptal.csv, as Transport for London's reports do.

A row is a route that serves a candidate: ``candidate_id``, ``candidate`` (its name), ``rank``, ``mode``, ``route``,
``stop_id`` and ``stop`` (where it counts), ``walk_m`` and ``walk_min``, ``departures_per_hour`` in its better
direction, ``scheduled_wait_min``, ``reliability_min``, ``access_min`` (the sum of walk, wait and reliability), ``edf``
(30 / access_min), ``counted`` (1 for the best route of its mode, 0.5 for others) and ``contribution``: edf × counted.
The contributions of a candidate sum to its ptal_index_raw. Candidates by rank, then modes, the routes that count most
first; a candidate that no route serves has no row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from outlet.stage import StageRun
from siting.access.ptal import ptal_rules, route_access
from siting.data.layers import SitingData
from siting.scoring.inputs import FeatureInputs
from siting.settings.data import MODES
from siting.study.candidates import Scored
from siting.study.served import best_candidates
from siting.study.tables import to_csv

_DECIMALS = 6


def ptal_sheet(data: SitingData, inputs: FeatureInputs, scored: Scored) -> pd.DataFrame | None:
    """Return ptal.csv for the best candidates (``transport.ptal.sheet_best``), None without a timetable or where 0.

    ``edf`` and ``contribution`` are not rounded.
    """
    settings = inputs.settings.transport.ptal
    if inputs.service is None or settings.sheet_best == 0:
        return None
    best = best_candidates(scored, settings.sheet_best)
    rules = ptal_rules(settings, inputs.settings.travel.walk_m_per_min)
    walks = sparse.csr_array(inputs.candidate_stops[best])
    if not len(best):
        return None
    # One block: the best candidates are few.
    (found,) = route_access(walks, inputs.service.per_hour, inputs.service.mode, rules, block_walks=walks.nnz + 1)
    mode = inputs.service.mode[found.route]
    names = np.array([*inputs.service.names, ""], dtype=object)
    at = best[found.place]
    reliability = rules.reliability_min[mode]
    columns = {
        "candidate_id": np.asarray(inputs.ids, dtype=object)[at],
        "candidate": data.candidates["name"].astype(str).to_numpy(dtype=object)[at],
        "rank": scored.ranking.rank[at],
        "mode": np.array(MODES, dtype=object)[mode],
        "route": names[found.route],
        "stop_id": data.stops["id"].astype(str).to_numpy(dtype=object)[found.stop],
        "stop": data.stops["name"].astype(str).to_numpy(dtype=object)[found.stop],
        "walk_m": (found.walk_min * inputs.settings.travel.walk_m_per_min).round(_DECIMALS),
        "walk_min": found.walk_min.round(_DECIMALS),
        "departures_per_hour": found.per_hour.round(_DECIMALS),
        "scheduled_wait_min": (found.wait_min - reliability).round(_DECIMALS),
        "reliability_min": reliability,
        "access_min": (found.walk_min + found.wait_min).round(_DECIMALS),
        "edf": found.edf,
        "counted": np.where(found.is_best, 1.0, rules.others_count),
        "contribution": found.index,
    }
    order = np.lexsort((found.route, -found.index, mode, found.place))
    return pd.DataFrame(columns).iloc[order].reset_index(drop=True)


def write_ptal(stage: StageRun, data: SitingData, inputs: FeatureInputs, scored: Scored) -> list[str]:
    """Write ptal.csv where there is something to tell; return what to say of it."""
    table = ptal_sheet(data, inputs, scored)
    if table is None:
        return []
    stage.out.write_text("ptal.csv", to_csv(table))
    best = len(best_candidates(scored, inputs.settings.transport.ptal.sheet_best))
    told = f"ptal.csv lists the routes behind the access index of the best {best:,} candidates"
    return [f"{told} (siting.score.transport.ptal.sheet_best)."]
