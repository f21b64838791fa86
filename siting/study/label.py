"""Turn a plan in positions back into ids, tables and features, on the way out of the models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from outlet.handover import OutletBrief
from outlet.outcome import Outcome
from siting.data.layers import SitingData
from siting.locate import FrontierPoint, SitePlan
from siting.study.communities import AMOUNT, MINUTES, communities, whole_communities
from siting.study.formats import Columns

Csr = sparse.csr_array[np.float64]
SCHEMA = 1
PRICE_DIGITS = 12
SEPARATOR = ";"


@dataclass(frozen=True)
class Labels:
    """What columns are called: id of the site and name of the format of each, shape (k,); candidates' come first.

    ``chosen`` tells whether the formats were chosen with the places.
    """

    ids: tuple[str, ...]
    format: tuple[str, ...]
    candidates: int
    chosen: bool

    @staticmethod
    def of(data: SitingData, columns: Columns) -> Labels:
        """Return the labels of a problem's columns."""
        names, formats = site_ids(data), columns.format.astype(str).tolist()
        ids = tuple(names[at] for at in columns.place.tolist())
        return Labels(ids, tuple(formats), columns.candidates, columns.options is not None)

    def ids_at(self, positions: NDArray[np.int64]) -> list[str]:
        """Return the ids of some columns, in order."""
        return [self.ids[at] for at in positions.tolist()]

    def formats_at(self, positions: NDArray[np.int64]) -> list[str]:
        """Return the formats of some columns, in order."""
        return [self.format[at] for at in positions.tolist()]

    def format_by_id(self, positions: NDArray[np.int64]) -> dict[str, str]:
        """Return the format of some columns by id."""
        return dict(zip(self.ids_at(positions), self.formats_at(positions), strict=True))


def site_ids(data: SitingData) -> list[str]:
    """Return the ids of all sites: candidates in order, then existing outlets in order."""
    return [*data.candidates["id"].astype(str), *data.existing["id"].astype(str)]


def tidy(value: float | None) -> float | None:
    """Return a price to 12 significant digits, so that rounding noise never reaches an artefact."""
    return None if value is None or not np.isfinite(value) else float(f"{value:.{PRICE_DIGITS}g}")


def minutes_between(cost: Csr, points: NDArray[np.int64], sites: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the walk of each pair of a demand point and a site, minutes, shape (k,); NaN where out of reach."""
    width = cost.shape[1]
    point = np.repeat(np.arange(cost.shape[0], dtype=np.int64), np.diff(cost.indptr))
    known = point * width + cost.indices
    order = np.argsort(known, kind="stable")
    wanted = points * width + sites
    at = np.minimum(np.searchsorted(known[order], wanted), max(len(known) - 1, 0))
    if len(known) == 0:
        return np.full(len(points), np.nan)
    found = order[at]
    return np.where(known[found] == wanted, cost.data[found], np.nan)


def plan_record(
    outcomes: Sequence[Outcome[SitePlan]], labels: Labels, model: str, notes: Sequence[str]
) -> dict[str, object]:
    """Return the content of plan.json: the first outcome is the plan, the others its alternatives."""
    best, plan = outcomes[0], outcomes[0].require()
    first = labels.candidates
    existing, new = np.arange(first, len(labels.ids), dtype=np.int64), plan.opened[plan.opened < first]
    alternatives = []
    for other in outcomes[1:]:
        opened = other.require().opened
        alternatives.append(
            {
                "opened": labels.ids_at(opened[opened < first]),
                "formats": labels.format_by_id(opened[opened < first]),
                "objective": tidy(other.objective),
                "bound": tidy(other.bound),
                "status": other.status,
                "differs": len(np.setdiff1d(opened, plan.opened)),
            }
        )
    return {
        "schema": SCHEMA,
        "model": model,
        "status": best.status,
        "stopped_by": best.stopped_by,
        "objective": tidy(best.objective),
        "bound": tidy(best.bound),
        "gap": tidy(best.gap),
        "opened": labels.ids_at(new),
        "formats": labels.format_by_id(new),
        "kept": labels.ids_at(plan.opened[plan.opened >= first]),
        "closed": labels.ids_at(np.setdiff1d(existing, plan.opened)),
        "alternatives": alternatives,
        "notes": list(notes),
    }


def assignment_table(data: SitingData, cost: Csr, assigned: NDArray[np.int64], labels: Labels) -> pd.DataFrame:
    """Return assignment.csv, a row a demand point: demand_id, outlet_id (empty: none), cost (minutes), weight."""
    served = np.flatnonzero(assigned >= 0)
    minutes = np.full(len(assigned), np.nan)
    minutes[served] = minutes_between(cost, served, assigned[served])
    return pd.DataFrame(
        {
            "demand_id": data.demand["id"].astype(str).to_numpy(),
            "outlet_id": ["" if at < 0 else labels.ids[at] for at in assigned.tolist()],
            "cost": minutes.round(MINUTES),
            "weight": data.demand["weight"].to_numpy(dtype=np.float64).round(AMOUNT),
        }
    )


def catchment_table(data: SitingData, cost: Csr, assigned: NDArray[np.int64], outlet: int) -> pd.DataFrame:
    """Return catchment.csv of one outlet: the communities assigned to it, nearest first.

    Points made of one polygon are one community: its weight is that of its points assigned here, its walk their mean.
    Columns: community_id, name, grade (empty where not given), weight (unit of demand), minutes.
    """
    rows = np.flatnonzero(assigned == outlet)
    minutes = minutes_between(cost, rows, np.full(len(rows), outlet))
    table, _ = whole_communities(data, communities(data, rows, minutes), rows, np.zeros(len(rows), dtype=np.int64))
    return table.sort_values(["minutes", "community_id"], kind="stable", ignore_index=True)


def frontier_table(points: Sequence[FrontierPoint], labels: Labels) -> pd.DataFrame:
    """Return frontier.csv: p (new outlets), objective, bound, gap, opened (ids of new outlets, by semicolons).

    A frontier over money begins with the column budget; where formats were chosen, formats are those of opened.
    """
    over_money = any(point.budget is not None for point in points)
    rows = []
    for point in points:
        plan = point.outcome.solution
        new = np.empty(0, dtype=np.int64) if plan is None else plan.opened[plan.opened < labels.candidates]
        rows.append(
            {
                "budget": tidy(point.budget),
                "p": len(new) if over_money else point.p,
                "objective": tidy(point.outcome.objective),
                "bound": tidy(point.outcome.bound),
                "gap": tidy(point.outcome.gap),
                "opened": SEPARATOR.join(labels.ids_at(new)),
                "formats": SEPARATOR.join(labels.formats_at(new)),
            }
        )
    columns = ["p", "objective", "bound", "gap", "opened", *(["formats"] if labels.chosen else [])]
    return pd.DataFrame(rows, columns=["budget", *columns] if over_money else columns)


def outlets_geojson(
    briefs: Sequence[tuple[int, OutletBrief]], more: Mapping[int, Mapping[str, float | int | None]]
) -> str:
    """Return outlets.geojson: opened and kept outlets as WGS 84 points, one feature a line, keys sorted.

    ``more`` has further properties by column.
    """
    lines = []
    for at, brief in briefs:
        properties = {
            "id": brief.id,
            "name": brief.name,
            "role": brief.role,
            "format": brief.format,
            "demand_captured": brief.demand_captured,
            "visits_per_day": brief.visits_per_day,
            **more.get(at, {}),
        }
        place = {"type": "Point", "coordinates": [brief.lon, brief.lat]}
        feature = {"type": "Feature", "properties": properties, "geometry": place}
        lines.append(json.dumps(feature, ensure_ascii=False, sort_keys=True, allow_nan=False))
    body = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def name_some(names: Sequence[str], most: int = 3) -> str:
    """Return the first names and, where there are more, how many: ``D012, D040 and 35 more``."""
    shown = ", ".join(names[:most])
    rest = len(names) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def figure(value: float | None) -> str:
    """Write a figure of any size in full, to six digits where it is small; a dash where there is none.

    >>> figure(1951052.9), figure(4834.94), figure(float("inf"))
    ('1,951,053', '4,834.94', 'inf')
    """
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100_000 else f"{value:,.6g}"
